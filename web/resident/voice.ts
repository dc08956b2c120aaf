// Speaking instead of typing where the browser offers it, and reading aloud what was written.
import { $, $$ } from "./dom";

interface Heard {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
  resultIndex: number;
}
interface Listener {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onerror: (() => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}
type Listeners = { SpeechRecognition?: new () => Listener; webkitSpeechRecognition?: new () => Listener };

const language = (): string => (document.documentElement.lang.startsWith("en") ? "en-US" : "zh-CN");

function listen(button: HTMLButtonElement): void {
  const field = $<HTMLTextAreaElement>(`#${button.dataset["for"]}`);
  const note = $("#mic-note");
  if (!field) return;
  const say = (words: string | undefined): void => {
    if (!note) return;
    note.textContent = words ?? "";
    note.hidden = !words;
  };
  const Kind = (window as Listeners).SpeechRecognition ?? (window as Listeners).webkitSpeechRecognition;
  if (!Kind) {
    // Every Chinese keyboard has a microphone of its own: the field is opened for it.
    button.addEventListener("click", () => {
      say(button.dataset["none"]);
      field.focus();
    });
    return;
  }
  let listener: Listener | null = null;
  let before = "";
  const begin = (): void => {
    if (listener) return;
    before = field.value;
    listener = new Kind();
    listener.lang = language();
    listener.continuous = true;
    listener.interimResults = true;
    listener.onresult = (event) => {
      const heard = Array.from(event.results, (result) => result[0]?.transcript ?? "").join("");
      field.value = before + heard;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    listener.onerror = () => say(button.dataset["failed"]);
    listener.onend = () => {
      listener = null;
      button.setAttribute("aria-pressed", "false");
    };
    button.setAttribute("aria-pressed", "true");
    say(`${button.dataset["hear"] ?? ""}${document.documentElement.lang.startsWith("en") ? ". " : "。"}${button.dataset["consent"] ?? ""}`);
    try {
      listener.start();
    } catch {
      listener.onend?.();
    }
  };
  const end = (): void => listener?.stop();
  let held = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("pointerdown", () => {
    held = true;
    begin();
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
    button.addEventListener(name, () => {
      if (held) end();
      held = false;
    });
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // By keyboard and screen reader there is no holding: one press begins, the next one ends.
  button.addEventListener("click", (event) => {
    if (event.detail !== 0) return;
    if (listener) end();
    else begin();
  });
}

function read(button: HTMLButtonElement): void {
  const field = $<HTMLTextAreaElement>(`#${button.dataset["read"]}`);
  if (!field || typeof speechSynthesis === "undefined") {
    button.hidden = true;
    return;
  }
  const label = $("span", button);
  const words = label?.textContent ?? "";
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      return;
    }
    const speech = new SpeechSynthesisUtterance(field.value || field.placeholder);
    speech.lang = language();
    speech.rate = 0.9;
    speech.onend = speech.onerror = () => {
      if (label) label.textContent = words;
    };
    if (label) label.textContent = button.dataset["stop"] ?? words;
    speechSynthesis.speak(speech);
  });
}

export function listenAndRead(): void {
  $$<HTMLButtonElement>("[data-mic]").forEach(listen);
  $$<HTMLButtonElement>("[data-read]").forEach(read);
}
