// The one port to the mail being written. Outlook stands behind it, or the stand-in editor of an ordinary browser.

/** A piece of the mail that was read, and what is needed to put a new text in its place. */
export interface Passage {
  kind: "selection" | "own";
  /** Plain text, lines joined with `\n`. Never the quoted thread, never the signature. */
  text: string;
}

/** What a change did, so that it can be undone. */
export interface Receipt {
  /** German sentence for the person; empty when there is nothing to say. */
  note: string;
  /** The body before and after; kept in memory only. */
  before: string;
  after: string;
}

export interface MailHost {
  readonly kind: "outlook" | "editor";
  /** The selected text, or null when nothing is selected. */
  getSelection(): Promise<Passage | null>;
  /** What the person wrote, without quoted thread and signature. */
  getOwnText(): Promise<Passage>;
  /** Put a text in the place of a passage, if it still stands there as it was read. `marked`: a model wrote it. */
  replace(passage: Passage, text: string, marked?: boolean): Promise<Receipt>;
  /** Put a text where the cursor is. `marked`: a model wrote it. */
  insert(text: string, marked?: boolean): Promise<Receipt>;
  /** Bring back the mail as it was before a change, if nothing else changed since. */
  restore(receipt: Receipt): Promise<void>;
  /** Tell when the passage to work on may have changed. */
  onChange(listener: () => void): void;
}

/** The mail could not be read or changed. Both parts are German and say nothing of the text. */
export class HostError extends Error {
  readonly title: string;
  readonly next: string;

  constructor(title: string, next: string) {
    super(title);
    this.name = "HostError";
    this.title = title;
    this.next = next;
  }
}

export const changedSince = (): HostError =>
  new HostError(
    "Der Text in der Nachricht hat sich inzwischen geändert.",
    "Es wurde nichts ersetzt. Bitte lesen Sie den Text neu ein, oder kopieren Sie das Ergebnis und fügen Sie es selbst ein.",
  );

export const beyondOwn = (): HostError =>
  new HostError(
    "Ihre Auswahl reicht in den zitierten Verlauf oder in die Signatur.",
    "Diese Teile werden nie verarbeitet. Bitte markieren Sie nur Text, den Sie selbst geschrieben haben.",
  );

export function noteOf(lost: number): string {
  if (lost === 0) return "";
  return lost === 1
    ? "Eine Hervorhebung oder Verknüpfung hatte im neuen Text keinen Platz mehr."
    : `${lost} Hervorhebungen oder Verknüpfungen hatten im neuen Text keinen Platz mehr.`;
}
