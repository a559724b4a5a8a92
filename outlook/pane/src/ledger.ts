// The fact ledger: what was kept, and what a person has to look at before the text may be used.

import type { Answer, Entry } from "./api.ts";
import { count, fill, h, newId } from "./dom.ts";
import { button } from "./notice.ts";

export type Side = "source" | "rewrite";

const STATUS: Record<Entry["status"], string> = {
  kept: "erhalten",
  changed: "geändert",
  missing: "fehlt",
  added: "hinzugekommen",
};

export class LedgerView {
  readonly element: HTMLElement;
  readonly #open = new Set<string>();
  readonly #onSeen: () => void;
  /** Ids of all entries, for marks in the two texts. */
  readonly entries: { id: string; entry: Entry }[];

  constructor(answer: Answer, jump: (side: Side, id: string) => void, onSeen: () => void) {
    this.#onSeen = onSeen;
    const all = answer.ledger?.entries ?? [];
    this.entries = all.map((entry) => ({ id: newId("fact"), entry }));
    const findings = this.entries.filter(({ entry }) => entry.status !== "kept");
    const kept = this.entries.filter(({ entry }) => entry.status === "kept");
    this.element = h("section", { class: "card ledger", "aria-label": "Angaben im Vergleich" });
    fill(
      this.element,
      h("h3", {}, "Angaben"),
      h("p", { class: findings.length > 0 ? "ledger-summary warn" : "ledger-summary good" }, summaryOf(answer)),
      findings.length > 0 &&
        h("p", { class: "hint" }, "Bitte sehen Sie jede Stelle an und haken Sie sie ab. Erst dann lässt sich der Text übernehmen."),
      findings.length > 0 && h("ul", { class: "plain" }, ...findings.map(({ id, entry }) => this.#finding(id, entry, jump))),
      kept.length > 0 &&
        h(
          "details",
          {},
          h("summary", {}, `${count(kept.length, "erhaltene Angabe", "erhaltene Angaben")} zeigen`),
          h("ul", { class: "plain kept" }, ...kept.map(({ id, entry }) => keptLine(id, entry, jump))),
        ),
    );
  }

  /** How many entries nobody has ticked yet. */
  get unseen(): number {
    return this.#open.size;
  }

  #finding(id: string, entry: Entry, jump: (side: Side, id: string) => void): HTMLElement {
    this.#open.add(id);
    const box = h("fluent-checkbox", { id: `${id}-seen`, "aria-label": `Gesehen: ${entry.message}` }) as HTMLElement & {
      checked: boolean;
    };
    box.addEventListener("change", () => {
      if (box.checked) this.#open.delete(id);
      else this.#open.add(id);
      this.#onSeen();
    });
    return h(
      "li",
      { class: `fact ${entry.status}` },
      h("p", {}, entry.message || `${entry.label} ${STATUS[entry.status]}.`),
      h(
        "div",
        { class: "row" },
        entry.source && button("Vorher zeigen", () => jump("source", id), { small: true }),
        entry.rewrite && button("Nachher zeigen", () => jump("rewrite", id), { small: true }),
        h("span", { class: "tick" }, box, h("label", { for: `${id}-seen` }, "Gesehen")),
      ),
    );
  }
}

function keptLine(id: string, entry: Entry, jump: (side: Side, id: string) => void): HTMLElement {
  const text = entry.rewrite?.text ?? entry.source?.text ?? "";
  return h("li", {}, h("span", {}, `${entry.label}: ${text}`), button("Zeigen", () => jump("rewrite", id), { small: true, subtle: true }));
}

/** „12 Angaben geprüft: alle erhalten.“ */
export function summaryOf(answer: Answer): string {
  const { ledger } = answer;
  if (ledger === null) return "Es gibt keinen Ausgangstext zum Vergleichen.";
  const { kept, changed, missing, added } = ledger.counts;
  const checked = kept + changed + missing;
  if (checked + added === 0) return "Der Text enthält keine Angaben wie Daten, Beträge oder Fristen, die sich vergleichen lassen.";
  const start = `${count(checked, "Angabe", "Angaben")} geprüft`;
  if (ledger.ok) return checked === 1 ? `${start}: erhalten.` : `${start}: alle erhalten.`;
  const parts = [
    kept > 0 && `${kept} erhalten`,
    changed > 0 && `${changed} geändert`,
    missing > 0 && (missing === 1 ? "1 fehlt" : `${missing} fehlen`),
    added > 0 && `${added} hinzugekommen`,
  ].filter((part) => typeof part === "string");
  return `${start}: ${parts.join(", ")}.`;
}
