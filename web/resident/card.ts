// The tracking code to take along: copied, as a picture, on paper.
import { $ } from "./dom";

const WIDTH = 720;
const HEIGHT = 960;

const loaded = (url: string): Promise<HTMLImageElement> =>
  new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = failed;
    image.src = url;
  });

async function drawn(card: HTMLElement, code: string): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  const font = getComputedStyle(document.body).fontFamily;
  const line = (words: string, y: number, size: number, weight: number, colour: string): void => {
    pen.font = `${weight} ${size}px ${font}`;
    pen.fillStyle = colour;
    pen.fillText(words, WIDTH / 2, y, WIDTH - 80);
  };
  pen.fillStyle = "#F6F5F2";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = "#FFFFFF";
  pen.strokeStyle = "#E3E0D9";
  pen.lineWidth = 2;
  pen.beginPath();
  pen.rect(40, 40, WIDTH - 80, HEIGHT - 80);
  pen.fill();
  pen.stroke();
  pen.textAlign = "center";
  const at = card.dataset;
  line(at["brand"] ?? "", 120, 34, 600, "#0B5F66");
  line(at["title"] ?? "", 190, 30, 400, "#474E4C");
  line(code, 275, 76, 600, "#1E2322");
  line(at["how"] ?? "", 340, 28, 400, "#474E4C");
  const qr = await loaded(at["qr"] ?? "");
  pen.drawImage(qr, (WIDTH - 400) / 2, 390, 400, 400);
  line(at["when"] ?? "", 850, 28, 400, "#656B68");
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png"));
}

function answer(button: HTMLElement): void {
  const label = $("span", button);
  const words = label?.textContent ?? "";
  if (!label) return;
  label.textContent = button.dataset["done"] ?? words;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => (label.textContent = words), 2500);
}

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const shown = $("#code");
  if (shown) getSelection()?.selectAllChildren(shown); // plain http: the code is marked, the phone offers to copy
}

export function showCard(): void {
  const card = $("#card");
  if (!card) return;
  const code = $("#code")?.textContent?.trim() ?? "";
  const copying = $("[data-copy]");
  copying?.addEventListener("click", () => void copy(code).then(() => answer(copying)));
  const picture = $("[data-picture]");
  picture?.addEventListener("click", async () => {
    const blob = await drawn(card, code);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${code}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    answer(picture);
  });
  $("[data-print]")?.addEventListener("click", () => print());
}
