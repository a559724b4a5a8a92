// The compose API: its types, and the calls. Every failure becomes a `Trouble` in German; texts travel only in bodies.

import { openedInOutlook } from "./host_outlook.ts";
import type { Span } from "./offsets.ts";
import type { SignInInfo } from "./signin.ts";

export interface PersonInfo {
  object_id: string;
  name: string;
  trained: boolean;
}

export interface Info {
  version: string;
  writer: string;
  by_model: boolean;
  local: boolean;
  rules: { id: string; title: string; action: string; advice: string }[];
  letter_kinds: { key: string; name: string }[];
  course_url: string;
  contact: string;
  text_limit: number;
}

export interface Finding extends Span {
  type: string;
  rule: string;
  action: "allow" | "mask" | "block";
  title: string;
  reason: string;
  advice: string;
  warning: boolean;
}

export interface Remark extends Span {
  detector: string;
  weight: "info" | "yellow" | "red";
  reason: string;
  suggestion: string;
}

export interface Zone extends Span {
  kind: string;
}

export interface Edit extends Span {
  before: string;
  after: string;
  rule: string;
  reason: string;
}

export interface Place extends Span {
  text: string;
}

export interface Entry {
  kind: string;
  label: string;
  status: "kept" | "changed" | "missing" | "added";
  message: string;
  source: Place | null;
  rewrite: Place | null;
}

export interface Scores {
  words: number;
  sentences: number;
  sentence_length: number;
  longest_sentence: number;
  amstad: number;
  wiener_1: number;
  passive: number;
  reliable: boolean;
}

export interface Screening {
  decision: "allow" | "mask" | "block";
  findings: Finding[];
  labels: string[];
}

export interface Checked extends Screening {
  remarks: Remark[];
  scores: Scores;
  verdict: string;
  frozen: Zone[];
}

export interface Answer {
  text: string;
  source: string;
  task: string;
  writer: string;
  by_model: boolean;
  fallback: string;
  ledger: { ok: boolean; counts: Record<Entry["status"], number>; entries: Entry[] } | null;
  before: Scores;
  after: Scores;
  frozen: Zone[];
  findings: Finding[];
  masked: number;
  warnings: string[];
  edits: Edit[];
  gaps: string[];
  rules: string[];
  must_see?: ToSee[];
  marking?: Marking | null;
  calls?: number;
  afterwards?: string;
}

/** What a person has to have seen before the text may be used. */
export interface ToSee {
  message: string;
  source: Place | null;
  rewrite: Place | null;
}

export interface Marking {
  label: string;
  ask: boolean;
  reminder: string;
}

export interface TaskField {
  id: string;
  title: string;
  kind: "zeile" | "text" | "auswahl";
  required: boolean;
  choices: { id: string; title: string }[];
}

export interface Task {
  id: string;
  title: string;
  group: string;
  hint: string;
  material: string;
  rules: boolean;
  without_model: string;
  published: boolean;
  departments: string[];
  fields: TaskField[];
}

export interface Example {
  id: string;
  department: string;
  title: string;
  task: string;
  text: string;
  letter_kind: string;
  fields: Record<string, string>;
  caution: string;
}

export interface Offer {
  tasks: Task[];
  examples: Example[];
  tips: { guide: { title: string; text: string }[]; practice: { title: string; text: string }[] };
  refused: { wish: string; rule: string; instead: string }[];
}

export interface Admission {
  reason: string;
  title: string;
  text: string;
  course_url: string;
  contact: string;
}

export type StreamEvent =
  | { event: "progress" | "delta"; data: { text: string } }
  | { event: "restart"; data: { reason: string } }
  | { event: "answer"; data: Answer }
  | { event: "blocked"; data: Screening }
  | { event: "refused"; data: Admission }
  | { event: "failed"; data: { code: string; message: string } };

/** Something went wrong between the pane and the server. German, with what to do; holds nothing of a text. */
export class Trouble extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly next: string,
    readonly admission: Admission | null = null,
  ) {
    super(title);
    this.name = "Trouble";
  }
}

/** The person stopped it; nothing to report. */
export class Stopped extends Error {}

// The server sends a comment every 15 seconds; three missed ones mean that nobody is there any more.
const SILENCE = 50_000;
const KEPT = "Ihr Text ist unverändert.";

export class Api {
  /** Who is asking; the local profile sends the chosen person, Outlook a token. `fresh`: the last one was not taken. */
  credentials: (fresh?: boolean) => Promise<Record<string, string>> = signedIn;

  /** What the server is. In Outlook it is asked a second time, signed in, since each town has its own answer. */
  async info(): Promise<Info> {
    const common = (await this.#get("info", {})) as Info;
    if (common.local || !openedInOutlook()) return common;
    try {
      await this.credentials();
    } catch {
      // The first task tells why and what to do; until then the pane shows what all towns have in common.
      return common;
    }
    return (await this.#get("info")) as Info;
  }

  /** Every task with its form, the examples, the tips, and what is refused. */
  async tasks(): Promise<Offer> {
    return (await this.#get("tasks")) as Offer;
  }

  async people(): Promise<PersonInfo[]> {
    return (await this.#get("people", {})) as PersonInfo[];
  }

  /** Ask the gate anew; null when the person may now work, else why not. */
  async admission(): Promise<Admission | null> {
    const response = await this.#send("admission", undefined, new AbortController().signal);
    const answer = (await response.json().catch(() => ({ allowed: false }))) as Admission & { allowed: boolean };
    return answer.allowed ? null : answer;
  }

  async check(text: string, signal: AbortSignal): Promise<Checked> {
    const response = await this.#send("check", { text }, signal);
    try {
      return (await response.json()) as Checked;
    } catch {
      throw signal.aborted ? new Stopped() : unreadable();
    }
  }

  /** Ask for a rewrite or a draft. Resolves when the last event has come. */
  async stream(
    path: "rewrite" | "draft" | "task",
    body: unknown,
    onEvent: (event: StreamEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#send(path, body, signal);
    if (!response.body || !(response.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) throw unreadable();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    let finished = false;
    try {
      while (!finished) {
        const { done, value } = await beforeSilence(reader.read());
        if (done) break;
        buffer += value;
        const frames = buffer.split("\n\n");
        buffer = frames.pop() ?? "";
        for (const frame of frames) {
          const event = parse(frame);
          if (event === null) continue;
          finished = !["progress", "delta", "restart"].includes(event.event);
          onEvent(event);
        }
      }
    } catch (error) {
      if (signal.aborted) throw new Stopped();
      if (error instanceof Trouble) throw error;
      throw cut();
    } finally {
      reader.cancel().catch(() => undefined);
    }
    if (signal.aborted) throw new Stopped();
    if (!finished) throw cut();
  }

  async #get(path: string, nobody?: Record<string, string>): Promise<unknown> {
    const ask = (headers: Record<string, string>): Promise<Response> =>
      reach(fetch(`/api/compose/${path}`, { headers, cache: "no-store" }));
    const response = nobody ? await ask(nobody) : await this.#authorised(ask);
    if (!response.ok) throw await troubleOf(response);
    try {
      return await response.json();
    } catch {
      throw unreadable();
    }
  }

  async #send(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const response = await this.#authorised((headers) =>
      reach(
        fetch(`/api/compose/${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          cache: "no-store",
          signal,
        }),
        signal,
      ),
    );
    if (!response.ok) throw await troubleOf(response);
    return response;
  }

  /** Ask with proof of who asks. A token that is not taken is renewed once. */
  async #authorised(ask: (headers: Record<string, string>) => Promise<Response>): Promise<Response> {
    const headers = await this.credentials();
    const response = await ask(headers);
    if (response.status !== 401 || !("Authorization" in headers)) return response;
    return await ask(await this.credentials(true));
  }
}

let signInInfo: Promise<SignInInfo> | null = null;

async function readSignInInfo(): Promise<SignInInfo> {
  const response = await reach(fetch("/api/compose/signin", { cache: "no-store" }));
  if (!response.ok) throw await troubleOf(response);
  return (await response.json()) as SignInInfo;
}

/** The token of the person who is signed in to Outlook. Outside Outlook, and in the local profile, nothing. */
async function signedIn(fresh = false): Promise<Record<string, string>> {
  if (!openedInOutlook()) return {};
  signInInfo ??= readSignInInfo();
  let info: SignInInfo;
  try {
    info = await signInInfo;
  } catch (error) {
    signInInfo = null;
    throw error;
  }
  if (info.local) return {};
  const signin = await import("./signin.ts");
  try {
    return { Authorization: `Bearer ${await signin.accessToken(info, fresh)}` };
  } catch (error) {
    const [title, detail, next] = BY_STATUS[401]!;
    throw new Trouble(title, detail, error instanceof signin.SignInFailed ? `${next} (${error.code})` : next);
  }
}

// The window that only signs in loads this page too, since its address must be ours.
if (/[#&?](?:anmeldung|code|error)=/.test(location.search + location.hash)) {
  void import("./signin.ts").then(async (signin) => {
    if (signin.isSignInWindow()) await signin.runSignInWindow(readSignInInfo);
  });
}

function parse(frame: string): StreamEvent | null {
  let name = "";
  const data: string[] = [];
  for (const line of frame.split(/\r\n|\n|\r/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (name === "" || data.length === 0) return null;
  return { event: name, data: JSON.parse(data.join("\n")) } as StreamEvent;
}

async function beforeSilence<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      reading,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(cut()), SILENCE);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function reach(request: Promise<Response>, signal?: AbortSignal): Promise<Response> {
  try {
    return await request;
  } catch {
    if (signal?.aborted) throw new Stopped();
    throw new Trouble(
      "Amtsklar ist nicht erreichbar",
      `Der Server hat nicht geantwortet. ${KEPT}`,
      "Bitte prüfen Sie die Verbindung und versuchen Sie es in einer Minute noch einmal.",
    );
  }
}

function cut(): Trouble {
  return new Trouble(
    "Die Verbindung ist abgerissen",
    `Die Antwort kam nicht vollständig an und wurde verworfen. ${KEPT}`,
    "Bitte versuchen Sie es noch einmal.",
  );
}

function unreadable(): Trouble {
  return new Trouble(
    "Antwort nicht lesbar",
    `Der Server hat etwas Unerwartetes geschickt. ${KEPT}`,
    "Bitte laden Sie den Bereich neu. Bleibt der Fehler, wenden Sie sich an Ihre IT.",
  );
}

const BY_STATUS: Record<number, [title: string, detail: string, next: string]> = {
  401: [
    "Anmeldung fehlt",
    `Amtsklar weiß nicht, wer Sie sind. Es wurde nichts verarbeitet. ${KEPT}`,
    "Bitte melden Sie sich mit Ihrem Dienstkonto an und versuchen Sie es noch einmal.",
  ],
  403: ["Nicht erlaubt", `Für diese Aufgabe fehlt Ihnen die Freigabe. ${KEPT}`, "Bitte wenden Sie sich an Ihre IT."],
  413: [
    "Text zu lang",
    `Der Text ist für eine Anfrage zu lang. ${KEPT}`,
    "Bitte markieren Sie einen Teil und bearbeiten Sie den Text in mehreren Schritten.",
  ],
  429: ["Zu viele Anfragen", `Amtsklar ist gerade ausgelastet. ${KEPT}`, "Bitte versuchen Sie es in einer Minute noch einmal."],
};

async function troubleOf(response: Response): Promise<Trouble> {
  const [title, detail, next] = BY_STATUS[response.status] ?? [
    "Das hat nicht geklappt",
    `Bei der Verarbeitung ist ein Fehler aufgetreten. ${KEPT}`,
    "Bitte versuchen Sie es noch einmal. Bleibt der Fehler, wenden Sie sich an Ihre IT.",
  ];
  let body: Partial<{ title: string; detail: string; next: string; admission: Admission }> = {};
  if ((response.headers.get("Content-Type") ?? "").startsWith("application/problem+json")) {
    body = (await response.json().catch(() => ({}))) as typeof body;
  }
  return new Trouble(body.title ?? title, body.detail ?? detail, body.next ?? next, body.admission ?? null);
}
