// The JSON API, and nothing else. An answer that is not a success becomes a Problem.

const PATIENCE = 30_000; // ms; a browser alone would wait for minutes

/** What went wrong, in words for the person: RFC 9457's members, or our own where no answer came. */
export class Problem extends Error {
  /** @param {{ status: number, title: string, detail?: string, errors?: any[], retryAfter?: number | null }} told */
  constructor({ status, title, detail, errors = [], retryAfter = null, ...members }) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.retryAfter = retryAfter;
    /** @type {any} */
    this.members = members;
  }

  /** Whether asking again can help. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * GET as JSON, with the key if `keyed`. `parameters` may be a query string. Throws Problem, or AbortError if `signal` says so.
 * @template {string} Address
 * @param {Address} path
 * @param {string | Record<string, string>} [parameters]
 * @param {{ signal?: AbortSignal, keyed?: boolean }} [options]
 * @returns {Promise<import("../answers.js").Answer<Address>>}
 */
export function get(path, parameters = "", { signal, keyed = false } = {}) {
  const query = typeof parameters === "string" ? parameters : new URLSearchParams(parameters).toString();
  return ask(path + (query ? `?${query}` : ""), { signal, headers: keyed ? bearer() : {} });
}

/**
 * POST, PUT, PATCH or DELETE with the key; `body` is sent as JSON unless it is a Blob or FormData.
 * @template {string} Address
 * @template {"POST" | "PUT" | "PATCH" | "DELETE"} Method
 * @param {Method} method
 * @param {Address} path
 * @param {unknown} [body]
 * @param {{ signal?: AbortSignal, headers?: Record<string, string> }} [options]
 * @returns {Promise<import("../answers.js").Answer<Address, Lowercase<Method>>>}
 */
export function send(method, path, body, { signal, headers = {} } = {}) {
  const json = body !== undefined && !(body instanceof Blob) && !(body instanceof FormData);
  return ask(path, {
    method,
    signal,
    body: json ? JSON.stringify(body) : body,
    headers: { ...(json ? { "Content-Type": "application/json" } : {}), ...bearer(), ...headers },
  });
}

/**
 * A file, asked for with the key.
 * @param {string} path
 */
export async function blob(path) {
  return (await answered(path, { headers: bearer() })).blob();
}

/**
 * @param {string} path
 * @param {RequestInit & { signal?: AbortSignal }} options
 */
async function ask(path, options) {
  const text = await (await answered(path, options)).text();
  return text ? JSON.parse(text) : null;
}

/**
 * An answer that is a success.
 * @param {string} path
 * @param {RequestInit & { signal?: AbortSignal }} options
 */
async function answered(path, { signal, ...options }) {
  const late = AbortSignal.timeout(PATIENCE);
  let answer;
  try {
    answer = await fetch(path, { ...options, signal: signal ? AbortSignal.any([signal, late]) : late });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(
      late.aborted
        ? { status: 0, title: "No answer", detail: "The server has taken longer than 30 seconds." }
        : {
            status: 0,
            title: "Cannot reach the server",
            detail: "Check your connection; the server may be restarting.",
          },
    );
  }
  if (answer.ok) return answer;
  const text = await answer.text();
  /** @type {any} */
  let told = {};
  try {
    told = JSON.parse(text);
  } catch {
    // something in between answered, with a page of its own
  }
  const wait = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
  throw new Problem({
    ...told,
    status: answer.status,
    title: told.title ?? `Error ${answer.status}`,
    retryAfter: Number.isNaN(wait) ? null : wait,
  });
}

/**
 * `ask`, asked once and its answer shared; asked anew after a failure.
 * @template Answered
 * @param {() => Promise<Answered>} ask
 */
export function once(ask) {
  /** @type {Promise<Answered> | null} */
  let first = null;
  return () => {
    first ??= ask().catch((problem) => {
      first = null;
      throw problem;
    });
    return first;
  };
}

const UNHEARD = 400; // ms that a patient question waits for the one before

/**
 * Of several questions only the newest one counts: the ones before are given up, their answers never arrive. A patient
 * one, as typing asks them with each key, first lets the one before be answered, and is not asked at all if a newer one
 * comes meanwhile: so the server has one of them at a time.
 */
export function newest() {
  /** @type {AbortController | null} */
  let current = null;
  /** @type {Promise<unknown> | null} */
  let underWay = null;
  let last = 0;
  return {
    /**
     * Resolves to the answer, or to undefined if a newer question has been asked meanwhile.
     * @template Answered
     * @param {(signal: AbortSignal) => Promise<Answered>} question
     * @param {{ patient?: boolean }} [options]
     */
    async ask(question, { patient = false } = {}) {
      last += 1;
      const mine = last;
      if (patient && underWay) {
        await Promise.race([underWay, new Promise((over) => setTimeout(over, UNHEARD))]);
        if (mine !== last) return undefined;
      }
      current?.abort();
      current = new AbortController();
      const { signal } = current;
      const answering = question(signal);
      const heard = answering.then(
        () => {},
        () => {},
      );
      underWay = heard;
      heard.then(() => {
        if (underWay === heard) underWay = null;
      });
      try {
        const answer = await answering;
        return mine === last ? answer : undefined;
      } catch (error) {
        if (mine !== last || signal.aborted) return undefined;
        throw error;
      }
    },
    stop() {
      last += 1;
      current?.abort();
      current = null;
    },
  };
}

// -- the operator's key: for this tab, or kept on this device if asked to ---------------------------------------

const KEY = "affindex.key";

export function key() {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "";
}

export function keepKey(value, remember) {
  dropKey();
  (remember ? localStorage : sessionStorage).setItem(KEY, value);
}

/** @type {Set<() => void>} */
const forgetters = new Set();

export function forgetKey() {
  dropKey();
  for (const forgotten of forgetters) forgotten();
}

/** Called when the key is given up, or is no longer good. */
export function onKeyForgotten(listener) {
  forgetters.add(listener);
}

function dropKey() {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

/** @returns {Record<string, string>} */
function bearer() {
  return key() ? { Authorization: `Bearer ${key()}` } : {};
}
