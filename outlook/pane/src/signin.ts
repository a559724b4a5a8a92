// Signing in inside Outlook: an access token for our own API, kept in memory alone, never the ID token.
// Outlook signs in for us (nested app authentication); builds too old for that open a dialog that does it.

import {
  createNestablePublicClientApplication,
  InteractionRequiredAuthError,
  PublicClientApplication,
  type AuthenticationResult,
  type Configuration,
  type IPublicClientApplication,
} from "@azure/msal-browser";
import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

import { loadOffice } from "./api_office.ts";

/** What the server says about signing in; `local` means that there is nothing to sign in to. */
export type SignInInfo = { local: true } | { local: false; client_id: string; authority: string; scope: string };

/** Nobody is signed in. `code` is the sign-in library's, or ours; it holds nothing of a person. */
export class SignInFailed extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = "SignInFailed";
  }
}

interface Token {
  value: string;
  /** Milliseconds since 1970. */
  ends: number;
}

// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN = 120_000;
const DIALOG_QUERY = "anmeldung";
const PANE = "/outlook/";

let remembered: Token | null = null;
let underWay: Promise<Token> | null = null;
let nested: Promise<IPublicClientApplication> | null = null;

/** A token for our API. `fresh` asks for a new one, after the server did not take the last. */
export async function accessToken(info: SignInInfo & { local: false }, fresh = false): Promise<string> {
  if (!fresh && remembered !== null && remembered.ends - MARGIN > Date.now()) return remembered.value;
  // Several requests at the same moment must not open several windows.
  underWay ??= acquire(info, fresh).finally(() => {
    underWay = null;
  });
  remembered = await underWay;
  return remembered.value;
}

async function acquire(info: SignInInfo & { local: false }, fresh: boolean): Promise<Token> {
  try {
    return Office.context.requirements.isSetSupported("NestedAppAuth", "1.1")
      ? await fromOutlook(info, fresh)
      : await fromDialog();
  } catch (error) {
    throw error instanceof SignInFailed ? error : new SignInFailed(codeOf(error));
  }
}

function codeOf(error: unknown): string {
  const code = (error as { errorCode?: unknown } | null)?.errorCode;
  return typeof code === "string" && /^[a-z_]{1,60}$/.test(code) ? code : "sign_in_failed";
}

async function fromOutlook(info: SignInInfo & { local: false }, fresh: boolean): Promise<Token> {
  nested ??= createNestablePublicClientApplication(configuration(info));
  nested.catch(() => {
    nested = null;
  });
  const application = await nested;
  const request = { scopes: [info.scope], forceRefresh: fresh };
  try {
    return tokenOf(await application.acquireTokenSilent(request));
  } catch (error) {
    if (!(error instanceof InteractionRequiredAuthError)) throw error;
    return tokenOf(await application.acquireTokenPopup({ scopes: [info.scope] }));
  }
}

function configuration(info: SignInInfo & { local: false }, cacheLocation = "memoryStorage"): Configuration {
  return {
    auth: { clientId: info.client_id, authority: info.authority, redirectUri: location.origin + PANE },
    cache: { cacheLocation },
    system: { loggerOptions: { loggerCallback: () => undefined, piiLoggingEnabled: false } },
  };
}

function tokenOf(result: AuthenticationResult): Token {
  if (result.accessToken === "") throw new SignInFailed("no_access_token");
  return { value: result.accessToken, ends: result.expiresOn?.getTime() ?? Date.now() + MARGIN };
}

/** Open Office's dialog on this page; it signs in there and hands the token over. */
async function fromDialog(): Promise<Token> {
  return await new Promise<Token>((resolve, reject) => {
    const url = `${location.origin}${PANE}?${DIALOG_QUERY}=1`;
    Office.context.ui.displayDialogAsync(url, { height: 60, width: 30 }, (opened) => {
      if (opened.status !== Office.AsyncResultStatus.Succeeded) {
        reject(new SignInFailed("dialog_not_opened"));
        return;
      }
      const dialog = opened.value;
      dialog.addEventHandler(Office.EventType.DialogMessageReceived, (arrived) => {
        if (!("message" in arrived) || arrived.origin !== location.origin) return;
        dialog.close();
        const token = parsed(arrived.message);
        if (token === null) reject(new SignInFailed("dialog_failed"));
        else resolve(token);
      });
      dialog.addEventHandler(Office.EventType.DialogEventReceived, () => reject(new SignInFailed("dialog_closed")));
    });
  });
}

function parsed(message: string): Token | null {
  try {
    const { value, ends } = JSON.parse(message) as Partial<Token>;
    return typeof value === "string" && value !== "" && typeof ends === "number" ? { value, ends } : null;
  } catch {
    return null;
  }
}

/** True in the window that only signs in: the dialog itself, or the address that the sign-in service returns to. */
export function isSignInWindow(): boolean {
  return isReturn() || new URLSearchParams(location.search).has(DIALOG_QUERY);
}

function isReturn(): boolean {
  const answer = new URLSearchParams(location.hash.replace(/^#/, ""));
  return answer.has("state") && (answer.has("code") || answer.has("error"));
}

/** Do the work of the window that only signs in. Shows nothing of the pane. */
export async function runSignInWindow(readInfo: () => Promise<SignInInfo>): Promise<void> {
  document.documentElement.hidden = true;
  if (isReturn()) {
    // Leads back to the dialog's own address, or to the window that opened this one.
    await broadcastResponseToMainFrame();
    return;
  }
  await loadOffice();
  let answer = "{}";
  try {
    const info = await readInfo();
    if (!info.local) {
      // The way to the sign-in service and back needs a memory of this window's own; it is emptied on arrival.
      const application = new PublicClientApplication(configuration(info, "sessionStorage"));
      await application.initialize();
      const result = await application.handleRedirectPromise();
      if (result === null) {
        await application.acquireTokenRedirect({ scopes: [info.scope] });
        return;
      }
      sessionStorage.clear();
      answer = JSON.stringify(tokenOf(result));
    }
  } catch {
    sessionStorage.clear();
  }
  Office.context.ui.messageParent(answer, { targetOrigin: location.origin });
}
