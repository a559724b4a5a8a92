// What the Dienstanweisung says about a text: the rule, why, and what to do instead.

import type { Finding, Screening } from "./api.ts";
import { count, h } from "./dom.ts";
import { button, notice } from "./notice.ts";

/** Findings of the same rule with the same reason stand together. */
function grouped(findings: { finding: Finding; id: string }[]): { finding: Finding; ids: string[] }[] {
  const groups = new Map<string, { finding: Finding; ids: string[] }>();
  for (const { finding, id } of findings) {
    const key = [finding.rule, finding.type, finding.reason, finding.action].join("\u0000");
    const group = groups.get(key);
    if (group) group.ids.push(id);
    else groups.set(key, { finding, ids: [id] });
  }
  return [...groups.values()];
}

const ORDER: Record<Finding["action"], number> = { block: 0, mask: 1, allow: 2 };
const WHAT: Record<Finding["action"], string> = {
  block: "nicht erlaubt",
  mask: "wird vor der Verarbeitung ersetzt",
  allow: "Hinweis",
};

/** The hits as a list, the strictest first. */
export function policyList(findings: { finding: Finding; id: string }[], jump: ((id: string) => void) | null): HTMLElement {
  const groups = grouped(findings).sort((a, b) => ORDER[a.finding.action] - ORDER[b.finding.action]);
  return h(
    "ul",
    { class: "plain" },
    ...groups.map(({ finding, ids }) =>
      h(
        "li",
        { class: `hit ${finding.action}` },
        h("p", { class: "hit-head" }, h("strong", {}, finding.title || finding.type), h("span", { class: "tag" }, `Regel ${finding.rule}`)),
        h("p", { class: "hint" }, `${count(ids.length, "Stelle", "Stellen")}, ${WHAT[finding.action]}`),
        h("p", {}, finding.reason),
        finding.advice && h("p", { class: "advice" }, finding.action === "block" && h("strong", {}, "Was Sie tun können: "), finding.advice),
        jump &&
          h(
            "div",
            { class: "row" },
            ...ids.slice(0, 6).map((id, index) =>
              button(ids.length === 1 ? "Zur Stelle" : `Stelle ${index + 1}`, () => jump(id), { small: true }),
            ),
            ids.length > 6 && h("span", { class: "hint" }, `und ${ids.length - 6} weitere`),
          ),
      ),
    ),
  );
}

/** A block: nothing went on, and why. */
export function blockNotice(screening: Screening): HTMLElement {
  const blocking = screening.findings.filter((finding) => finding.action === "block");
  return notice({
    intent: "error",
    title: "Dieser Text darf nicht verarbeitet werden",
    text: [
      "Die Dienstanweisung schließt ihn aus. Er wurde nicht weitergegeben und nicht gespeichert.",
      policyList(
        (blocking.length > 0 ? blocking : screening.findings).map((finding, index) => ({ finding, id: String(index) })),
        null,
      ),
    ],
  });
}
