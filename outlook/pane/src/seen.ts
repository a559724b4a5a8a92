// What a person has to have seen before a new text may be used: one line each, to be ticked, with its places.

import type { ToSee } from "./api.ts";
import { fill, h, newId } from "./dom.ts";
import type { Side } from "./ledger.ts";
import { button } from "./notice.ts";

export class SeenList {
  readonly element = h("section", { class: "card ledger", "aria-label": "Vor dem Verwenden ansehen" });
  readonly #open = new Set<string>();
  /** Ids of all lines, for marks in the two texts. */
  readonly places: { id: string; one: ToSee }[];

  constructor(list: readonly ToSee[], jump: (side: Side, id: string) => void, onSeen: () => void) {
    this.element.hidden = list.length === 0;
    this.places = list.map((one) => ({ id: newId("seen"), one }));
    fill(
      this.element,
      h("h3", {}, "Vor dem Verwenden ansehen"),
      h("p", { class: "hint" }, "Bitte sehen Sie jede Stelle an und haken Sie sie ab."),
      h(
        "ul",
        { class: "plain" },
        ...this.places.map(({ id, one }) => {
          this.#open.add(id);
          const box = h("fluent-checkbox", { id, "aria-label": `Gesehen: ${one.message}` }) as HTMLElement & { checked: boolean };
          box.addEventListener("change", () => {
            if (box.checked) this.#open.delete(id);
            else this.#open.add(id);
            onSeen();
          });
          return h(
            "li",
            { class: "fact added" },
            h("p", {}, one.message),
            h(
              "div",
              { class: "row" },
              one.source && button("Vorher zeigen", () => jump("source", id), { small: true }),
              one.rewrite && button("Nachher zeigen", () => jump("rewrite", id), { small: true }),
              h("span", { class: "tick" }, box, h("label", { for: id }, "Gesehen")),
            ),
          );
        }),
      ),
    );
  }

  /** How many nobody has ticked yet. */
  get unseen(): number {
    return this.#open.size;
  }
}
