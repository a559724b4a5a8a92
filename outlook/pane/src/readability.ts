// Readability in words a clerk understands. The figures come from the server.

import type { Scores } from "./api.ts";
import { count, h, number } from "./dom.ts";

/** Bands of the German Flesch index after Amstad. */
export function amstadInWords(value: number): string {
  if (value < 30) return "sehr schwer";
  if (value < 50) return "schwer";
  if (value < 60) return "mittelschwer";
  if (value < 70) return "mittel";
  if (value < 80) return "leicht";
  return "sehr leicht";
}

/** The Wiener Sachtextformel as the school grade it stands for. */
export function wienerInWords(value: number): string {
  return `etwa ${Math.max(1, Math.min(15, Math.round(value)))}. Schuljahr`;
}

/** One sentence: did it get easier? */
export function verdict(before: Scores, after: Scores): string {
  const change = after.amstad - before.amstad;
  const shorter = before.sentence_length - after.sentence_length >= 0.5;
  if (change >= 3) {
    const words = [amstadInWords(before.amstad), amstadInWords(after.amstad)] as const;
    const how = words[0] === words[1] ? "etwas leichter als vorher" : `leichter: ${words[1]} statt ${words[0]}`;
    return `Der neue Text liest sich ${how}${shorter ? ", mit kürzeren Sätzen" : ""}.`;
  }
  if (change <= -3) return "Nach den Formeln liest sich der neue Text schwerer. Bitte prüfen Sie ihn besonders genau.";
  return shorter ? "Die Sätze sind kürzer, die Wörter ähnlich schwer wie vorher." : "Der Text ist etwa so gut zu lesen wie vorher.";
}

/** The figures before and after as a table. */
export function comparison(before: Scores, after: Scores): HTMLElement {
  const row = (name: string, left: string, right: string): HTMLElement =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, left), h("td", {}, right));
  const words = (value: number): string => count(value, "Wort", "Wörter");
  return h(
    "section",
    { class: "card", "aria-label": "Verständlichkeit" },
    h("h3", {}, "Verständlichkeit"),
    h("p", {}, verdict(before, after)),
    h(
      "table",
      { class: "figures" },
      h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "Vorher"), h("th", { scope: "col" }, "Nachher"))),
      h(
        "tbody",
        {},
        row("Satzlänge im Schnitt", words(before.sentence_length), words(after.sentence_length)),
        row("Längster Satz", words(before.longest_sentence), words(after.longest_sentence)),
        row(
          "Lesbarkeit (Amstad, 0 bis 100)",
          `${number(before.amstad)} – ${amstadInWords(before.amstad)}`,
          `${number(after.amstad)} – ${amstadInWords(after.amstad)}`,
        ),
        row(
          "Wiener Sachtextformel",
          `${number(before.wiener_1)} – ${wienerInWords(before.wiener_1)}`,
          `${number(after.wiener_1)} – ${wienerInWords(after.wiener_1)}`,
        ),
      ),
    ),
    !(before.reliable && after.reliable) &&
      h("p", { class: "hint" }, "Der Text ist kurz. Die Werte zeigen deshalb nur die Richtung."),
  );
}

/** The figures of one text in a line. */
export function summary(scores: Scores): string {
  return (
    `Im Schnitt ${count(scores.sentence_length, "Wort", "Wörter")} je Satz, der längste Satz hat ${number(scores.longest_sentence)}. ` +
    `Lesbarkeit ${number(scores.amstad)} von 100 (${amstadInWords(scores.amstad)}).`
  );
}
