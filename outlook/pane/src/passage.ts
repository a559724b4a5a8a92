// Shows exactly which text would be sent: the selection, or else the person's own text.

import { count, fill, h, wordCount } from "./dom.ts";
import type { MailHost, Passage } from "./host.ts";
import { button, notice, hostNotice } from "./notice.ts";

// A long mail is read again once the typing pauses, not at every key; in milliseconds.
const PAUSE = 120;

export class PassagePicker {
  readonly element = h("section", { class: "passage", "aria-labelledby": "passage-title" });
  readonly #host: MailHost;
  readonly #limit: () => number;
  readonly #summary = h("p", { class: "passage-summary", id: "passage-summary" });
  readonly #preview = h("div", { class: "passage-text", tabindex: 0, role: "region", "aria-label": "Text, der verarbeitet wird", lang: "de" });
  readonly #message = h("div", {});
  #shown: Passage | null = null;
  #round = 0;

  constructor(host: MailHost, limit: () => number) {
    this.#host = host;
    this.#limit = limit;
    const reload = button("Neu einlesen", () => void this.refresh(), { subtle: true, small: true });
    fill(
      this.element,
      h("div", { class: "split" }, h("h2", { id: "passage-title" }, "Dieser Text wird verarbeitet"), reload),
      this.#summary,
      this.#preview,
      this.#message,
    );
    let waiting: ReturnType<typeof setTimeout> | undefined;
    host.onChange(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => void this.refresh(), PAUSE);
    });
  }

  /** Read the mail again and show what would be sent. Errors are shown, not raised. */
  async refresh(): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    try {
      const passage = await this.#read();
      if (round === this.#round) this.#show(passage);
    } catch (error) {
      if (round !== this.#round) return;
      this.#show(null);
      fill(this.#message, hostNotice(error));
    }
  }

  /** The text to send, read anew. Null when there is nothing to send; the reason is shown. */
  async take(): Promise<Passage | null> {
    const before = this.#shown;
    let passage: Passage;
    try {
      passage = await this.#read();
    } catch (error) {
      this.#show(null);
      fill(this.#message, hostNotice(error));
      return null;
    }
    this.#round += 1;
    this.#show(passage);
    if (before?.kind === "selection" && passage.kind === "own") {
      // A lost selection must not silently send the whole text.
      fill(
        this.#message,
        notice({
          intent: "warning",
          title: "Ihre Auswahl besteht nicht mehr",
          text: ["Oben steht jetzt Ihr ganzer eigener Text. Markieren Sie neu, oder starten Sie noch einmal."],
        }),
      );
      return null;
    }
    if (passage.text.trim() === "") {
      fill(
        this.#message,
        notice({ intent: "info", title: "Noch kein Text", text: ["Schreiben Sie zuerst etwas in die Nachricht, oder markieren Sie einen Teil."] }),
      );
      return null;
    }
    const points = [...passage.text].length;
    if (points > this.#limit()) {
      fill(
        this.#message,
        notice({
          intent: "warning",
          title: "Der Text ist zu lang",
          text: [
            `Er hat ${count(points, "Zeichen", "Zeichen")}, möglich sind ${count(this.#limit(), "Zeichen", "Zeichen")}.`,
            "Bitte markieren Sie einen Teil und bearbeiten Sie den Text in mehreren Schritten.",
          ],
        }),
      );
      return null;
    }
    return passage;
  }

  async #read(): Promise<Passage> {
    return (await this.#host.getSelection()) ?? (await this.#host.getOwnText());
  }

  #show(passage: Passage | null): void {
    const same = passage !== null && passage.text === this.#shown?.text && passage.kind === this.#shown.kind;
    this.#shown = passage;
    fill(this.#message);
    if (same) return;
    this.#preview.textContent = passage?.text ?? "";
    this.#preview.hidden = !passage?.text;
    const words = count(wordCount(passage?.text ?? ""), "Wort", "Wörter");
    fill(
      this.#summary,
      passage === null
        ? "Zurzeit ist kein Text eingelesen."
        : passage.kind === "selection"
          ? `Ihre Auswahl, ${words}.`
          : passage.text === ""
            ? "Die Nachricht enthält noch keinen eigenen Text."
            : `Ihr eigener Text, ${words}. Zitierter Verlauf und Signatur bleiben außen vor.`,
    );
  }
}
