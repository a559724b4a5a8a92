// One answer as a person decides about it: the texts side by side, what changed, what was checked, and the buttons.

import type { Answer, ToSee } from "./api.ts";
import { diffWords } from "./diff.ts";
import { copy, count, fill, h, newId } from "./dom.ts";
import { EditedText } from "./edits.ts";
import type { MailHost, Passage, Receipt } from "./host.ts";
import { htmlOfText } from "./mailtext.ts";
import { LedgerView, summaryOf, type Side } from "./ledger.ts";
import { announce, button, notice, hostNotice } from "./notice.ts";
import { CodePoints, type Span } from "./offsets.ts";
import { comparison } from "./readability.ts";
import { SeenList } from "./seen.ts";
import { jumpTo, readFrom, textView, type Mark } from "./textview.ts";

export class RewriteResult {
  readonly element = h("div", { class: "result" });
  readonly #host: MailHost;
  readonly #passage: Passage | null;
  readonly #answer: Answer;
  readonly #edited: EditedText | null;
  readonly #ledger: LedgerView;
  readonly #seen: SeenList;
  readonly #facts: { id: string; source: Span | null; rewrite: Span | null; status: string }[];
  readonly #frozen: (Span & { kind: string })[];
  readonly #texts = h("div", { class: "side-by-side" });
  readonly #state = h("div", {});
  readonly #gate = h("p", { class: "hint", id: newId("gate") });
  readonly #take: HTMLElement & { disabled: boolean };
  readonly #copy: HTMLElement & { disabled: boolean };
  readonly #discard: HTMLElement & { disabled: boolean };
  readonly #restore: HTMLElement & { disabled: boolean };
  #views: Record<Side, HTMLElement> = { source: h("div", {}), rewrite: h("div", {}) };
  #receipt: Receipt | null = null;

  /** Without a passage there is nothing in the mail to replace; the text goes to where the cursor is. */
  constructor(host: MailHost, passage: Passage | null, answer: Answer, discard: () => void) {
    this.#host = host;
    this.#passage = passage;
    this.#answer = answer;
    const source = new CodePoints(answer.source);
    const rewrite = new CodePoints(answer.text);
    this.#edited = EditedText.of(answer.source, answer.edits.map((edit) => source.span(edit)), answer.text);
    this.#frozen = answer.frozen.map((zone) => source.span(zone));
    const jump = (side: Side, id: string): void => void jumpTo(this.#views[side], id);
    this.#ledger = new LedgerView(answer, jump, () => this.#updateButtons());
    // The ledger's findings are ticked there; this list holds what else has to be seen.
    const inLedger = new Set(this.#ledger.entries.map(({ entry }) => entry.message));
    this.#seen = new SeenList((answer.must_see ?? []).filter((one) => !inLedger.has(one.message)), jump, () => this.#updateButtons());
    const placed = [
      ...this.#ledger.entries.map(({ id, entry }) => ({ id, status: entry.status as string, at: entry as ToSee })),
      ...this.#seen.places.map(({ id, one }) => ({ id, status: "to see", at: one })),
    ];
    this.#facts = placed.map(({ id, status, at }) => ({
      id,
      status,
      source: at.source && source.span(at.source),
      rewrite: at.rewrite && rewrite.span(at.rewrite),
    }));
    const gate = { describedby: this.#gate.id };
    this.#take = button(passage === null ? "In die Nachricht einfügen" : "Übernehmen", () => void this.#apply(), { primary: true, ...gate });
    this.#copy = button("Kopieren", () => void this.#toClipboard(this.#text), gate);
    this.#discard = button("Verwerfen", discard);
    this.#restore = button(passage === null ? "Einfügen zurücknehmen" : "Original wiederherstellen", () => void this.#undo());
    this.#build();
  }

  /** Show the result to a person who has just waited for it. */
  focus(): void {
    readFrom(this.element.querySelector<HTMLElement>("h2"));
    announce(`Der Vorschlag ist fertig. ${summaryOf(this.#answer)}`);
  }

  get #text(): string {
    return this.#edited?.text ?? this.#answer.text;
  }

  get #unseen(): number {
    return this.#ledger.unseen + this.#seen.unseen;
  }

  #build(): void {
    const answer = this.#answer;
    const unchanged = answer.text === answer.source;
    fill(
      this.element,
      h("h2", { tabindex: -1 }, "Vorschlag"),
      authorship(answer),
      warningNotice(answer),
      unchanged &&
        notice({
          intent: "info",
          title: "Keine Änderung",
          text: ["Zu diesem Text gibt es keinen Vorschlag, der ihn sicher leichter macht. Die Prüfung nennt schwierige Stellen."],
        }),
      this.#ledger.element,
      this.#seen.element,
      this.#texts,
      comparison(answer.before, answer.after),
      this.#editList(),
      facts(answer),
      h("div", { class: "actions", role: "group", "aria-label": "Entscheidung" }, this.#state, this.#gate, h("div", { class: "row" }, this.#take, this.#copy, this.#discard, this.#restore)),
    );
    this.#showTexts();
    this.#updateButtons();
  }

  #showTexts(): void {
    const source = this.#answer.source;
    const text = this.#text;
    const now = (span: Span): Span => this.#edited?.place(span) ?? span;
    const before: Mark[] = [];
    const after: Mark[] = [];
    const { removed, added } = diffWords(source, text);
    before.push(...removed.map((span) => ({ ...withoutSpace(source, span), kind: "removed" })));
    after.push(...added.map((span) => ({ ...withoutSpace(text, span), kind: "added" })));
    // A whole change is only a place to jump to; what is seen are the words that differ.
    this.#edited?.edits.forEach((_, index) => {
      after.push({ ...this.#edited!.places(index).after, kind: "change", id: `edit-${index}` });
    });
    for (const fact of this.#facts) {
      const kind = fact.status === "kept" ? "fact" : "fact open";
      if (fact.source) before.push({ ...fact.source, kind, id: fact.id });
      if (fact.rewrite) after.push({ ...now(fact.rewrite), kind, id: fact.id });
    }
    let from = 0;
    for (const zone of this.#frozen) {
      const badge = `${zone.kind} – bleibt im Wortlaut`;
      before.push({ start: zone.start, end: zone.end, kind: "frozen", badge });
      const wording = source.slice(zone.start, zone.end);
      const at = text.indexOf(wording, from);
      if (at < 0) continue;
      after.push({ start: at, end: at + wording.length, kind: "frozen", badge });
      from = at + wording.length;
    }
    this.#views = {
      source: textView(source, before, "Vorher: der ursprüngliche Text"),
      rewrite: textView(text, after, "Nachher: der Vorschlag"),
    };
    fill(
      this.#texts,
      h("section", { class: "card" }, h("h3", {}, "Vorher"), this.#views.source),
      h("section", { class: "card" }, h("h3", {}, "Nachher"), this.#views.rewrite),
    );
  }

  #editList(): HTMLElement | null {
    const edited = this.#edited;
    if (edited === null) return null;
    const items = edited.edits.map((edit, index) => {
      const item = h("li", { class: "edit" });
      const show = (): void => {
        const taken = edited.isTaken(index);
        item.classList.toggle("undone", !taken);
        fill(
          item,
          h(
            "p",
            {},
            edit.before.trim() ? h("del", {}, edit.before) : h("span", { class: "hint" }, "(neu)"),
            " → ",
            edit.after.trim() ? h("ins", {}, edit.after) : h("span", { class: "hint" }, "(gestrichen)"),
          ),
          h("p", { class: "hint" }, edit.reason),
          h(
            "div",
            { class: "row" },
            taken && button("Zeigen", () => void jumpTo(this.#views.rewrite, `edit-${index}`), { small: true, subtle: true }),
            button(taken ? "Zurücknehmen" : "Wieder anwenden", () => {
              edited.toggle(index);
              this.#showTexts();
              show();
              item.querySelector<HTMLElement>("fluent-button:last-of-type")?.focus();
              announce(edited.isTaken(index) ? "Änderung wieder angewendet." : "Änderung zurückgenommen.");
            }, { small: true }),
          ),
        );
      };
      show();
      return item;
    });
    return h(
      "details",
      { class: "card" },
      h("summary", {}, `${count(items.length, "einzelne Änderung", "einzelne Änderungen")} ansehen oder zurücknehmen`),
      h("ul", { class: "plain" }, ...items),
    );
  }

  #updateButtons(): void {
    const open = this.#unseen;
    const taken = this.#receipt !== null;
    this.#take.disabled = open > 0 || taken;
    this.#copy.disabled = open > 0;
    this.#take.hidden = taken;
    this.#discard.hidden = taken;
    this.#restore.hidden = !taken;
    this.#gate.hidden = open === 0;
    this.#gate.textContent = `Noch ${count(open, "Stelle", "Stellen")} ansehen und abhaken. Danach können Sie den Text übernehmen.`;
    if (open === 0 && this.#gate.dataset["open"] === "yes") announce("Alle Stellen gesehen. Sie können den Text jetzt übernehmen.");
    this.#gate.dataset["open"] = open > 0 ? "yes" : "no";
  }

  async #apply(): Promise<void> {
    if (this.#unseen > 0 || this.#receipt !== null) return;
    this.#take.disabled = true;
    try {
      this.#receipt =
        this.#passage === null
          ? await this.#host.insert(this.#text, this.#answer.by_model)
          : await this.#host.replace(this.#passage, this.#text, this.#answer.by_model);
      this.#say(
        notice({ intent: "success", title: "Der Text steht in Ihrer Nachricht", text: [this.#receipt.note, "Bitte lesen Sie ihn vor dem Senden noch einmal."] }),
      );
    } catch (error) {
      this.#say(hostNotice(error));
    }
    this.#updateButtons();
    if (this.#receipt !== null) this.#restore.focus();
  }

  async #undo(): Promise<void> {
    if (this.#receipt === null) return;
    try {
      await this.#host.restore(this.#receipt);
      this.#receipt = null;
      this.#say(notice({ intent: "info", title: this.#passage === null ? "Das Einfügen ist zurückgenommen" : "Das Original ist wiederhergestellt", text: ["Der Vorschlag bleibt hier stehen."] }));
      this.#updateButtons();
      this.#take.focus();
    } catch (error) {
      this.#say(hostNotice(error));
      this.#state.append(h("div", { class: "row" }, button("Original kopieren", () => void this.#toClipboard(this.#answer.source))));
    }
  }

  async #toClipboard(text: string): Promise<void> {
    const done = await copy(text, htmlOfText(text, this.#answer.by_model));
    this.#say(
      done
        ? notice({ intent: "success", title: "Kopiert", text: ["Der Text liegt in der Zwischenablage."] })
        : notice({ intent: "warning", title: "Kopieren nicht erlaubt", text: ["Bitte markieren Sie den Text unter „Nachher“ und kopieren Sie ihn mit Strg + C."] }),
    );
  }

  #say(message: HTMLElement): void {
    fill(this.#state, message);
    announce(message.getAttribute("aria-label") ?? "");
  }
}

/** A struck or underlined blank at an end only disturbs the eye. */
function withoutSpace(text: string, span: Span): Span {
  const piece = text.slice(span.start, span.end);
  const kept = piece.trim();
  if (kept === "") return span;
  const start = span.start + piece.indexOf(kept);
  return { start, end: start + kept.length };
}

/** Who wrote it, with the AI marking where a model did. */
export function authorship(answer: Answer): HTMLElement {
  return h(
    "div",
    { class: "authorship" },
    answer.by_model && h("span", { class: "ai-mark" }, "Mit KI erzeugt"),
    h("p", {}, `Geschrieben von: ${answer.writer}.`, answer.by_model ? " Bitte prüfen Sie den Text, bevor Sie ihn verwenden." : " Ohne Sprachmodell."),
    answer.fallback && h("p", { class: "hint" }, answer.fallback),
    answer.afterwards && h("p", { class: "hint" }, answer.afterwards),
  );
}

/** What still falls short, as the server says it. */
export function warningNotice(answer: Answer): HTMLElement | null {
  // What has to be ticked below need not be said twice.
  const warnings = answer.warnings.filter((text) => !answer.must_see?.some((one) => one.message === text));
  if (warnings.length === 0) return null;
  return notice({ intent: "warning", title: "Bitte genau ansehen", text: warnings });
}

/** What the policy did and what stayed as it was. */
export function facts(answer: Answer): HTMLElement | null {
  const zones = [...new Set(answer.frozen.map((zone) => zone.kind))];
  const titles = new Map(answer.findings.map((finding) => [finding.rule, finding.title]));
  const rules = answer.rules.map((rule) => (titles.get(rule) ? `${titles.get(rule)} (${rule})` : rule));
  const lines = [
    answer.masked > 0 &&
      (answer.masked === 1
        ? "Eine geschützte Angabe wurde vor der Verarbeitung ersetzt und danach wieder eingesetzt."
        : `${answer.masked} geschützte Angaben wurden vor der Verarbeitung ersetzt und danach wieder eingesetzt.`),
    zones.length > 0 && `Im Wortlaut geblieben: ${zones.join(", ")}.`,
    rules.length > 0 && `Angewendete Regeln der Dienstanweisung: ${rules.join(", ")}.`,
  ].filter((line) => typeof line === "string");
  if (lines.length === 0) return null;
  return h("section", { class: "card", "aria-label": "Schutz" }, h("h3", {}, "Was geschützt wurde"), ...lines.map((line) => h("p", {}, line)));
}
