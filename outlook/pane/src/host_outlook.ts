// The mail in Outlook, through Office.js. Outlook allows three calls at a time, so ours wait for each other.

import { beyondOwn, changedSince, HostError, noteOf, type MailHost, type Passage, type Receipt } from "./host.ts";
import { htmlOfText, Mail, ownLineCount, reachesBeyond } from "./mailtext.ts";

const OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js";
const LOAD_TIMEOUT = 12_000;
const CALL_TIMEOUT = 20_000;
const BODY_LIMIT = 1_000_000;

/** True when this page was opened by Outlook: Office adds `_host_Info`, our manifest adds `host=outlook`. */
export function openedInOutlook(): boolean {
  const query = new URLSearchParams(location.search);
  return query.has("_host_Info") || query.get("host") === "outlook";
}

/** Load Office.js and wait until it is ready. Raises `HostError` when Outlook does not answer. */
export async function connectOutlook(): Promise<OutlookHost> {
  const unreachable = new HostError(
    "Die Verbindung zu Outlook kam nicht zustande.",
    "Bitte schließen Sie den Bereich und öffnen Sie ihn erneut. Sie können Ihren Text so lange hier einfügen, bearbeiten und wieder kopieren.",
  );
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(unreachable), LOAD_TIMEOUT);
    const script = document.createElement("script");
    script.src = OFFICE_JS;
    script.onerror = () => {
      clearTimeout(timer);
      reject(unreachable);
    };
    script.onload = () => {
      void Office.onReady((info) => {
        clearTimeout(timer);
        if (info.host === Office.HostType.Outlook) resolve();
        else reject(unreachable);
      });
    };
    document.head.append(script);
  });
  return new OutlookHost();
}

/** „dark“ when Outlook's own theme is dark, null when it does not say. */
export function outlookTheme(): "light" | "dark" | null {
  const background = Office.context.officeTheme?.bodyBackgroundColor;
  const rgb = background && /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(background);
  if (!rgb) return null;
  const [red, green, blue] = rgb.slice(1).map((part) => Number.parseInt(part, 16)) as [number, number, number];
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
}

/** Runs jobs one after the other. */
class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T>): Promise<T> {
    const next = this.#last.then(job, job);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

interface Body {
  html: boolean;
  raw: string;
}

class OutlookHost implements MailHost {
  readonly kind = "outlook";
  readonly #queue = new Serial();

  getSelection(): Promise<Passage | null> {
    return this.#queue.run(async () => {
      const text = await this.#selected();
      if (text.trim() === "") return null;
      if (reachesBeyond(text, ownPart(await this.#read()))) throw beyondOwn();
      return { kind: "selection", text };
    });
  }

  getOwnText(): Promise<Passage> {
    return this.#queue.run(async () => ({ kind: "own", text: ownPart(await this.#read()).text }));
  }

  replace(passage: Passage, text: string, marked = false): Promise<Receipt> {
    return this.#queue.run(async () => {
      if (marked) await this.#markHeader();
      const body = await this.#read();
      if (passage.kind === "selection") {
        if ((await this.#selected()) !== passage.text) throw changedSince();
        await this.#setSelected(body.html, text, marked);
        return { note: "", before: body.raw, after: (await this.#read()).raw };
      }
      if (body.html) {
        const mail = new Mail(body.raw);
        if (mail.text !== passage.text) throw changedSince();
        const { lost } = mail.replace(text, marked);
        await this.#write(true, mail.html);
        return { note: noteOf(lost), before: body.raw, after: (await this.#read()).raw };
      }
      const part = ownPart(body);
      if (part.text !== passage.text) throw changedSince();
      await this.#write(false, [text, ...part.restLines].join("\n"));
      return { note: "", before: body.raw, after: (await this.#read()).raw };
    });
  }

  insert(text: string, marked = false): Promise<Receipt> {
    return this.#queue.run(async () => {
      if (marked) await this.#markHeader();
      const body = await this.#read();
      await this.#setSelected(body.html, text, marked);
      return { note: "", before: body.raw, after: (await this.#read()).raw };
    });
  }

  restore(receipt: Receipt): Promise<void> {
    return this.#queue.run(async () => {
      const body = await this.#read();
      if (body.raw !== receipt.after) {
        throw new HostError(
          "Die Nachricht wurde seit dem Übernehmen geändert.",
          "Damit nichts verloren geht, wurde nichts zurückgesetzt. Nutzen Sie Strg + Z in der Nachricht, oder kopieren Sie das Original.",
        );
      }
      await this.#write(body.html, receipt.before);
    });
  }

  onChange(listener: () => void): void {
    // Outlook does not announce selections; the pane looks again when it gets the focus.
    window.addEventListener("focus", listener);
  }

  get #item(): Office.MessageCompose {
    const item = Office.context.mailbox?.item as Office.MessageCompose | undefined;
    if (!item?.body?.setSelectedDataAsync) {
      throw new HostError(
        "Es ist keine Nachricht zum Schreiben geöffnet.",
        "Bitte öffnen Sie eine neue Nachricht oder eine Antwort und dann den Bereich erneut.",
      );
    }
    return item;
  }

  /** Limits reading to the current reply where Outlook supports it; the cut in `Mail` holds where it does not. */
  get #mode(): Record<string, unknown> {
    const mode = Office.MailboxEnums?.BodyMode?.HostConfig;
    return mode === undefined ? {} : { bodyMode: mode };
  }

  async #read(): Promise<Body> {
    const body = this.#item.body;
    const html = (await call<Office.CoercionType>((done) => body.getTypeAsync(done))) === Office.CoercionType.Html;
    const type = html ? Office.CoercionType.Html : Office.CoercionType.Text;
    return { html, raw: await call<string>((done) => body.getAsync(type, this.#mode, done)) };
  }

  async #write(html: boolean, content: string): Promise<void> {
    if (content.length > BODY_LIMIT) {
      throw new HostError(
        "Die Nachricht ist zu groß, um sie im Ganzen zu ersetzen.",
        "Bitte markieren Sie den Absatz, den Sie ersetzen möchten, oder kopieren Sie das Ergebnis.",
      );
    }
    const body = this.#item.body;
    const coercionType = html ? Office.CoercionType.Html : Office.CoercionType.Text;
    await call<void>((done) => body.setAsync(content, { coercionType, ...this.#mode }, done));
  }

  async #selected(): Promise<string> {
    const item = this.#item;
    const found = await call<{ data?: string } | string>((done) =>
      item.getSelectedDataAsync(Office.CoercionType.Text, done as (result: Office.AsyncResult<unknown>) => void),
    );
    const text = typeof found === "string" ? found : (found.data ?? "");
    return text.replace(/\r\n?/g, "\n").replace(/^\n+|\n+$/g, "");
  }

  /** The marking as a header of the message, where Outlook can; a mail without it still has the attribute. */
  async #markHeader(): Promise<void> {
    const headers = this.#item.internetHeaders as Office.InternetHeaders | undefined;
    if (headers?.setAsync === undefined) return;
    await call<void>((done) => headers.setAsync({ "X-KI-Unterstuetzt": "ja" }, done)).catch(() => undefined);
  }

  async #setSelected(html: boolean, text: string, marked: boolean): Promise<void> {
    const body = this.#item.body;
    const coercionType = html ? Office.CoercionType.Html : Office.CoercionType.Text;
    const content = html ? htmlOfText(text, marked) : text;
    await call<void>((done) => body.setSelectedDataAsync(content, { coercionType }, done));
  }
}

export type { OutlookHost };

function ownPart(body: Body): { text: string; restLines: string[] } {
  if (body.html) return new Mail(body.raw);
  const lines = body.raw.replace(/\r\n?/g, "\n").split("\n");
  const own = ownLineCount(lines);
  // Blank lines above the thread stay with it, so that putting a text back keeps the distance.
  let end = own;
  while (end > 0 && lines[end - 1]!.trim() === "") end -= 1;
  return { text: lines.slice(0, end).join("\n"), restLines: lines.slice(end) };
}

function call<T>(start: (done: (result: Office.AsyncResult<T>) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (): HostError =>
      new HostError(
        "Outlook hat die Anfrage nicht ausgeführt.",
        "Klicken Sie einmal in die Nachricht und versuchen Sie es erneut. Ihr Text ist unverändert.",
      );
    const timer = setTimeout(() => reject(failed()), CALL_TIMEOUT);
    start((result) => {
      clearTimeout(timer);
      if (result.status === Office.AsyncResultStatus.Succeeded) resolve(result.value);
      else reject(failed());
    });
  });
}
