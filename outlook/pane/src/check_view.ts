// Prüfen: what the Dienstanweisung says and what is hard to read, at the places in the text.

import { Stopped, type Api, type Checked, type Remark } from "./api.ts";
import { count, fill, h, newId } from "./dom.ts";
import { announce, button, notice, troubleNotice } from "./notice.ts";
import { CodePoints } from "./offsets.ts";
import type { PassagePicker } from "./passage.ts";
import { policyList } from "./policy_view.ts";
import { summary } from "./readability.ts";
import { jumpTo, readFrom, textView, type Mark } from "./textview.ts";

const WEIGHT: Record<Remark["weight"], string> = { red: "schwer verständlich", yellow: "umständlich", info: "Hinweis" };

export class CheckView {
  readonly element = h("div", {});
  readonly #api: Api;
  readonly #picker: PassagePicker;
  readonly #result = h("div", { class: "result" });
  readonly #start: HTMLElement & { disabled: boolean };
  #abort: AbortController | null = null;

  constructor(api: Api, picker: PassagePicker) {
    this.#api = api;
    this.#picker = picker;
    this.#start = button("Text prüfen", () => void this.check(), { primary: true, id: "check-start" });
    fill(
      this.element,
      h("p", { class: "lead" }, "Zeigt, was die Dienstanweisung zu Ihrem Text sagt und was schwer zu lesen ist. Dabei schreibt niemand etwas um."),
      h("div", { class: "row" }, this.#start),
      this.#result,
    );
  }

  async check(): Promise<void> {
    const passage = await this.#picker.take();
    if (passage === null) return;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    fill(
      this.#result,
      h("div", { class: "row" }, h("fluent-spinner", { size: "tiny", "aria-hidden": "true" }), h("p", {}, "Der Text wird geprüft …")),
    );
    announce("Der Text wird geprüft.");
    try {
      const checked = await this.#api.check(passage.text, abort.signal);
      if (this.#abort === abort) this.#show(passage.text, checked);
    } catch (error) {
      if (error instanceof Stopped || this.#abort !== abort) return;
      fill(this.#result, troubleNotice(error, () => this.#api.admission(), () => void this.check()));
    }
  }

  #show(text: string, checked: Checked): void {
    const places = new CodePoints(text);
    const findings = checked.findings.map((finding) => ({ finding: places.span(finding), id: newId("hit") }));
    const remarks = checked.remarks.map((remark) => ({ remark: places.span(remark), id: newId("remark") }));
    const marks: Mark[] = [
      ...checked.frozen.map((zone) => ({ ...places.span(zone), kind: "frozen", badge: `${zone.kind} – bleibt im Wortlaut` })),
      ...remarks.map(({ remark, id }) => ({ start: remark.start, end: remark.end, kind: remark.weight, id })),
      ...findings.map(({ finding, id }) => ({ start: finding.start, end: finding.end, kind: finding.action, id })),
    ];
    const view = textView(text, marks, "Geprüfter Text mit markierten Stellen");
    const jump = (id: string): void => void jumpTo(view, id);
    const heading = h("h2", { tabindex: -1 }, "Ergebnis der Prüfung");
    fill(
      this.#result,
      heading,
      decisionNotice(checked),
      h(
        "section",
        { class: "card", "aria-label": "Text" },
        h("h3", {}, "Ihr Text"),
        h("p", {}, checked.verdict),
        h("p", { class: "hint" }, summary(checked.scores)),
        view,
        marks.length > 0 && legend(checked),
      ),
      findings.length > 0 &&
        h("section", { class: "card", "aria-label": "Dienstanweisung" }, h("h3", {}, "Dienstanweisung"), policyList(findings, jump)),
      h(
        "section",
        { class: "card", "aria-label": "Verständlichkeit" },
        h("h3", {}, "Verständlichkeit"),
        remarks.length === 0
          ? h("p", {}, "Keine Anmerkungen. Der Text ist gut zu lesen.")
          : h("ul", { class: "plain" }, ...remarks.map(({ remark, id }) => remarkItem(text, remark, () => jump(id)))),
      ),
    );
    readFrom(heading);
    announce(`Prüfung fertig. ${count(findings.length, "Treffer", "Treffer")} der Dienstanweisung, ${count(remarks.length, "Anmerkung", "Anmerkungen")} zur Verständlichkeit.`);
  }
}

function decisionNotice(checked: Checked): HTMLElement {
  if (checked.decision === "block") {
    return notice({
      intent: "error",
      title: "So darf der Text nicht verarbeitet werden",
      text: ["Unten stehen die Regel und was Sie stattdessen tun können. Die Prüfung selbst hat nichts weitergegeben."],
    });
  }
  if (checked.decision === "mask") {
    return notice({
      intent: "info",
      title: "Der Text darf verarbeitet werden",
      text: ["Geschützte Angaben werden vorher durch Platzhalter ersetzt und danach wieder eingesetzt."],
    });
  }
  return notice({ intent: "success", title: "Der Text darf verarbeitet werden", text: ["Die Dienstanweisung hat nichts dagegen."] });
}

function legend(checked: Checked): HTMLElement {
  const entries = [
    checked.findings.some((finding) => finding.action === "block") && ["block", "nicht erlaubt"],
    checked.findings.some((finding) => finding.action === "mask") && ["mask", "wird ersetzt"],
    checked.remarks.some((remark) => remark.weight === "red") && ["red", "schwer verständlich"],
    checked.remarks.some((remark) => remark.weight === "yellow") && ["yellow", "umständlich"],
    checked.remarks.some((remark) => remark.weight === "info") && ["info", "Hinweis"],
    checked.frozen.length > 0 && ["frozen", "bleibt im Wortlaut"],
  ].filter((entry) => entry !== false);
  return h("p", { class: "legend" }, ...entries.map(([kind, name]) => h("span", {}, h("mark", { class: kind! }, name!))));
}

function remarkItem(text: string, remark: Remark, jump: () => void): HTMLElement {
  const quote = text.slice(remark.start, remark.end).replace(/\s+/g, " ");
  return h(
    "li",
    { class: `hit ${remark.weight}` },
    h(
      "p",
      { class: "hit-head" },
      h("q", { class: "quote" }, quote.length > 90 ? `${quote.slice(0, 86).trimEnd()} …` : quote),
      h("span", { class: "tag" }, WEIGHT[remark.weight]),
    ),
    h("p", {}, remark.reason),
    remark.suggestion && h("p", { class: "advice" }, remark.suggestion),
    h("div", { class: "row" }, button("Zur Stelle", jump, { small: true })),
  );
}
