// Photos go up as soon as they are chosen, made smaller on the phone first; writing goes on meanwhile.
import { $, $$, token } from "./dom";

const SIDE = 2048;
const SMALL_ENOUGH = 900_000;

/** A smaller copy without metadata where the browser can make one; otherwise the file as it is. */
async function smaller(file: File): Promise<Blob> {
  if (file.size < SMALL_ENOUGH || typeof createImageBitmap !== "function") return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file; // the server says in words what is wrong with it
  }
}

async function send(url: string, body: FormData): Promise<string> {
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-Piece": "1", "X-CSRFToken": token() } });
  if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
  return answer.text();
}

export function lessenUploads(): void {
  const input = $<HTMLInputElement>("#photos");
  const strip = $("#strip");
  const busy = $("#busy");
  const url = input?.dataset["url"];
  if (!input || !strip || !busy || !url) return;
  let waiting = Promise.resolve();
  let running = 0;

  const show = (piece: string): void => {
    strip.innerHTML = piece; // our own page's piece, escaped where it was made
    const shown = $("[data-shown]");
    if (shown) shown.textContent = $("[data-count]", strip)?.textContent?.trim() ?? "";
  };
  const lost = (): void => {
    const line = document.createElement("p");
    line.className = "err";
    line.setAttribute("role", "alert");
    line.textContent = input.dataset["lost"] ?? "";
    $$(".err", strip).forEach((old) => old.remove());
    strip.prepend(line);
  };
  const work = (job: () => Promise<string>): void => {
    running += 1;
    busy.textContent = input.dataset["wait"] ?? "";
    busy.hidden = false;
    waiting = waiting.then(job).then(show, lost).then(() => {
      running -= 1;
      busy.hidden = running === 0;
    });
  };

  input.addEventListener("change", () => {
    for (const file of Array.from(input.files ?? [])) {
      work(async () => {
        const body = new FormData();
        body.append("photos", await smaller(file), "photo.jpg");
        return send(url, body);
      });
    }
    input.value = "";
  });
  strip.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-remove]");
    if (!button) return;
    event.preventDefault();
    work(() => send(button.formAction, new FormData()));
  });
  // The next screen is opened only when every photo has arrived.
  input.form?.addEventListener("submit", (event) => {
    if (running === 0) return;
    event.preventDefault();
    const by = event.submitter instanceof HTMLElement ? event.submitter : undefined;
    void waiting.then(() => input.form?.requestSubmit(by));
  }, { capture: true });
}
