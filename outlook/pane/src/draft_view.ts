// Brief entwerfen: from notes to a letter with typed gaps. Nothing is invented; a person fills the gaps.

import type { Answer, Api, Info } from "./api.ts";
import { copy, count, fill, h, newId } from "./dom.ts";
import type { MailHost, Receipt } from "./host.ts";
import type { Side } from "./ledger.ts";
import { htmlOfText } from "./mailtext.ts";
import { announce, button, hostNotice, notice } from "./notice.ts";
import { CodePoints, type Span } from "./offsets.ts";
import { authorship, facts, warningNotice } from "./result.ts";
import { SeenList } from "./seen.ts";
import { jumpTo, readFrom, textView, type Mark } from "./textview.ts";
import { Work } from "./work.ts";

// Fluent's fields have no value until something was typed.
type TextField = HTMLElement & { value: string | undefined };

function valueOf(field: TextField): string {
  return field.value?.trim() ?? "";
}

export class DraftView {
  readonly element = h("div", {});
  readonly #host: MailHost;
  readonly #work: Work;
  readonly #message = h("div", {});
  readonly #notes: TextField;
  readonly #recipient: TextField;
  readonly #deadline: TextField;
  readonly #kind = h("select", { id: "draft-kind" }, h("option", { value: "" }, "Passend zu den Stichpunkten"));

  constructor(api: Api, host: MailHost) {
    this.#host = host;
    this.#notes = h(
      "fluent-textarea",
      { id: "draft-notes", block: true, resize: "vertical", placeholder: "zum Beispiel: Wohngeld, Mietvertrag fehlt noch, bis 15.01.2027 schicken" },
      h("label", { slot: "label" }, "Stichpunkte"),
    ) as TextField;
    this.#recipient = h("fluent-text-input", { id: "draft-recipient", autocomplete: "off" }, "An wen (freiwillig)") as TextField;
    this.#deadline = h("fluent-text-input", { id: "draft-deadline", autocomplete: "off" }, "Frist oder Termin (freiwillig)") as TextField;
    const start = button("Brief entwerfen", () => void this.start(), { primary: true, id: "draft-start" });
    this.#work = new Work(api, start);
    fill(
      this.element,
      h("p", { class: "lead" }, "Aus Stichpunkten wird ein Brief. Was Sie nicht angeben, bleibt als Lücke stehen."),
      this.#notes,
      h("div", { class: "field" }, h("label", { for: "draft-kind" }, "Art des Schreibens"), this.#kind),
      h("div", { class: "fields" }, this.#recipient, this.#deadline),
      h("div", { class: "row" }, start),
      this.#message,
      this.#work.element,
    );
  }

  /** Offer the kinds of letters this installation knows. */
  offer(info: Info): void {
    for (const kind of info.letter_kinds) this.#kind.append(h("option", { value: kind.key }, kind.name));
  }

  async start(): Promise<void> {
    const notes = this.#notes.value ?? "";
    fill(this.#message);
    if (notes.trim() === "") {
      fill(this.#message, notice({ intent: "info", title: "Noch keine Stichpunkte", text: ["Bitte schreiben Sie auf, worum es in dem Brief geht."] }));
      this.#notes.focus();
      return;
    }
    const fields: Record<string, string> = {};
    if (valueOf(this.#recipient)) fields["recipient"] = valueOf(this.#recipient);
    if (valueOf(this.#deadline)) fields["deadline"] = valueOf(this.#deadline);
    await this.#work.start({
      path: "draft",
      body: { notes, letter_kind: this.#kind.value, fields },
      result: (answer, discard) => new DraftResult(this.#host, answer, discard),
      retry: () => void this.start(),
    });
  }
}

/** A letter whose gaps a person fills before it goes into the mail. */
export class DraftResult {
  readonly element = h("div", { class: "result" });
  readonly #host: MailHost;
  readonly #answer: Answer;
  readonly #gaps: string[];
  readonly #values = new Map<string, string>();
  readonly #letter = h("div", {});
  readonly #material: HTMLDetailsElement;
  readonly #seen: SeenList;
  readonly #label: HTMLInputElement | null;
  readonly #uses: (HTMLElement & { disabled: boolean })[];
  readonly #state = h("div", {});
  readonly #open = h("p", { class: "hint" });
  readonly #restore: HTMLElement & { disabled: boolean };
  #receipt: Receipt | null = null;

  constructor(host: MailHost, answer: Answer, discard: () => void) {
    this.#host = host;
    this.#answer = answer;
    this.#gaps = [...new Set(answer.gaps)].filter((gap) => answer.text.includes(gap));
    this.#restore = button("Einfügen zurücknehmen", () => void this.#undo());
    this.#restore.hidden = true;
    this.#uses = [
      button("In die Nachricht einfügen", () => void this.#insert(), { primary: true }),
      button("Kopieren", () => void this.#copy()),
    ];
    this.#seen = new SeenList(answer.must_see ?? [], (side, id) => this.#jump(side, id), () => this.#show());
    this.#material = this.#materialView();
    this.#label = answer.marking?.ask && answer.marking.label ? h("input", { type: "checkbox", id: newId("label") }) : null;
    this.#label?.addEventListener("change", () => this.#show());
    fill(
      this.element,
      h("h2", { tabindex: -1 }, "Entwurf"),
      authorship(answer),
      warningNotice(answer),
      h("section", { class: "card", "aria-label": "Entwurf" }, this.#letter),
      this.#material,
      this.#gapForm(),
      this.#seen.element,
      this.#labelQuestion(),
      facts(answer),
      h(
        "div",
        { class: "actions", role: "group", "aria-label": "Entscheidung" },
        this.#state,
        this.#open,
        h(
          "div",
          { class: "row" },
          ...this.#uses,
          button("Verwerfen", discard),
          this.#restore,
        ),
      ),
    );
    this.#show();
  }

  focus(): void {
    readFrom(this.element.querySelector<HTMLElement>("h2"));
    announce(`Der Entwurf ist fertig. ${count(this.#gaps.length, "Lücke", "Lücken")} zum Ausfüllen.`);
  }

  /** What the text was made from, to compare it with. */
  #materialView(): HTMLDetailsElement {
    const { source, frozen } = this.#answer;
    const points = new CodePoints(source);
    const marks: Mark[] = [
      ...frozen.map((zone) => ({ ...points.span(zone), kind: "frozen" })),
      ...this.#seen.places.flatMap(({ id, one }) => (one.source ? [{ ...points.span(one.source), kind: "fact open", id }] : [])),
    ];
    const view = textView(source, marks, "Ihre Angaben");
    return h("details", { class: "card" }, h("summary", {}, "Ihre Angaben zum Vergleich"), view);
  }

  #jump(side: Side, id: string): void {
    if (side === "source") this.#material.open = true;
    jumpTo(side === "source" ? this.#material : this.#letter, id);
  }

  /** Whether a published text is labelled; the person decides, and nobody notes it. */
  #labelQuestion(): HTMLElement | null {
    const marking = this.#answer.marking;
    if (this.#label === null || !marking?.label) return null;
    return h(
      "section",
      { class: "card", "aria-label": "Kennzeichnung" },
      h("h3", {}, "Wird der Text veröffentlicht?"),
      h(
        "p",
        { class: "hint" },
        "Texte zu Themen von öffentlichem Interesse brauchen eine Kennzeichnung, wenn niemand sie redaktionell prüft und verantwortet. Vielleicht verlangt Ihre Stadt sie immer.",
      ),
      h("p", { class: "tick" }, this.#label, h("label", { for: this.#label.id }, `Hinweis anfügen: „${marking.label}“`)),
    );
  }

  #gapForm(): HTMLElement | null {
    if (this.#gaps.length === 0) return null;
    return h(
      "section",
      { class: "card", "aria-label": "Lücken" },
      h("h3", {}, "Lücken ausfüllen"),
      ...this.#gaps.map((gap) => {
        const id = newId("gap");
        const input = h("input", { id, type: "text", autocomplete: "off", spellcheck: false });
        input.addEventListener("input", () => {
          this.#values.set(gap, input.value);
          this.#show();
        });
        return h("div", { class: "field" }, h("label", { for: id }, gap.replace(/^\[|\]$/g, "")), input);
      }),
    );
  }

  /** The letter with the values filled in, and where gaps and values stand. */
  #compose(): { text: string; marks: Mark[]; open: string[] } {
    const marks: Mark[] = [];
    const open: string[] = [];
    const shifts: { after: number; by: number }[] = [];
    let text = "";
    let at = 0;
    while (at < this.#answer.text.length) {
      const next = this.#gaps
        .map((gap) => ({ gap, at: this.#answer.text.indexOf(gap, at) }))
        .filter((found) => found.at >= 0)
        .sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      text += this.#answer.text.slice(at, next.at);
      const value = (this.#values.get(next.gap) ?? "").trim();
      if (!value) open.push(next.gap);
      const shown = value || next.gap;
      marks.push({ start: text.length, end: text.length + shown.length, kind: value ? "filled" : "gap" });
      text += shown;
      shifts.push({ after: next.at, by: shown.length - next.gap.length });
      at = next.at + next.gap.length;
    }
    text += this.#answer.text.slice(at);
    const now = (offset: number): number => shifts.reduce((sum, { after, by }) => (after < offset ? sum + by : sum), offset);
    const points = new CodePoints(this.#answer.text);
    for (const { id, one } of this.#seen.places) {
      if (one.rewrite === null) continue;
      const { start, end }: Span = points.span(one.rewrite);
      marks.push({ start: now(start), end: now(end), kind: "fact open", id });
    }
    if (this.#label?.checked) text += `\n\n${this.#answer.marking?.label ?? ""}`;
    return { text, marks, open: [...new Set(open)] };
  }

  #show(): void {
    const { text, marks, open } = this.#compose();
    fill(this.#letter, textView(text, marks, "Der Entwurf"));
    const unseen = this.#seen.unseen;
    for (const use of this.#uses) use.disabled = unseen > 0;
    this.#open.hidden = open.length === 0 && unseen === 0;
    this.#open.textContent =
      unseen > 0
        ? `Noch ${count(unseen, "Stelle", "Stellen")} ansehen und abhaken. Danach können Sie den Text verwenden.`
        : `Noch ${count(open.length, "Lücke", "Lücken")} offen.`;
  }

  async #insert(): Promise<void> {
    const { text, open } = this.#compose();
    if (open.length > 0 && !(await confirmGaps(open))) return;
    try {
      this.#receipt = await this.#host.insert(text, this.#answer.by_model);
      this.#restore.hidden = false;
      this.#say(notice({ intent: "success", title: "Der Entwurf steht in Ihrer Nachricht", text: ["Bitte lesen Sie ihn vor dem Senden noch einmal."] }));
    } catch (error) {
      this.#say(hostNotice(error));
    }
  }

  async #undo(): Promise<void> {
    if (this.#receipt === null) return;
    try {
      await this.#host.restore(this.#receipt);
      this.#receipt = null;
      this.#restore.hidden = true;
      this.#say(notice({ intent: "info", title: "Das Einfügen ist zurückgenommen", text: ["Der Entwurf bleibt hier stehen."] }));
    } catch (error) {
      this.#say(hostNotice(error));
    }
  }

  async #copy(): Promise<void> {
    const { text, open } = this.#compose();
    if (open.length > 0 && !(await confirmGaps(open))) return;
    this.#say(
      (await copy(text, htmlOfText(text, this.#answer.by_model)))
        ? notice({ intent: "success", title: "Kopiert", text: ["Der Entwurf liegt in der Zwischenablage."] })
        : notice({ intent: "warning", title: "Kopieren nicht erlaubt", text: ["Bitte markieren Sie den Entwurf und kopieren Sie ihn mit Strg + C."] }),
    );
  }

  #say(message: HTMLElement): void {
    fill(this.#state, message);
    announce(message.getAttribute("aria-label") ?? "");
  }
}

/** Ask before a letter with gaps leaves the pane. */
function confirmGaps(open: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const title = newId("ask");
    const text = newId("ask");
    let sure = false;
    const dialog = h("dialog", { class: "ask", role: "alertdialog", "aria-labelledby": title, "aria-describedby": text });
    fill(
      dialog,
      h("h2", { id: title }, count(open.length, "Lücke ist noch offen", "Lücken sind noch offen")),
      h("p", { id: text }, `${open.join(", ")} ${open.length === 1 ? "bleibt" : "bleiben"} im Text stehen. Möchten Sie den Entwurf trotzdem verwenden?`),
      h(
        "div",
        { class: "row" },
        button("Zurück zu den Lücken", () => dialog.close(), { primary: true }),
        button("Mit Lücken verwenden", () => {
          sure = true;
          dialog.close();
        }),
      ),
    );
    const focused = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (focused instanceof HTMLElement) focused.focus();
      resolve(sure);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
