// The time slider: days on a line, the days of change as marks, arrows and brackets to move; the date field beside
// it stays the truth, so that the page works without it.
const DAY = 86_400_000;

export const numbered = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY);
export const dated = (number: number): string => new Date(number * DAY).toISOString().slice(0, 10);

export interface Slider {
  /** Go to the day of change before or after. */
  step(by: number): void;
  /** Put the handle there without telling anybody. */
  show(day: string): void;
}

/** Dress `track` with a handle for `field`; `changed` is told when somebody let go of it. */
export function slide(track: HTMLElement, field: HTMLInputElement, changed: () => void, css = ""): Slider {
  const [first, last, today] = ["first", "last", "today"].map((name) => numbered(track.dataset[name] ?? "")) as [number, number, number];
  const width = Math.max(1, last - first);
  const stops = ticks(track, first, width, today);
  const range = document.createElement("input");
  range.type = "range";
  range.className = css;
  range.min = String(first);
  range.max = String(first + width);
  range.setAttribute("aria-label", field.labels?.[0]?.textContent ?? "");
  const show = (day: string): void => {
    range.value = String(numbered(day));
    range.setAttribute("aria-valuetext", day);
  };
  const go = (number: number): void => {
    const day = dated(number);
    if (field.value === day) return;
    field.value = day;
    show(day);
    changed();
  };
  range.addEventListener("input", () => range.setAttribute("aria-valuetext", dated(Number(range.value))));
  range.addEventListener("change", () => go(Number(range.value)));
  field.addEventListener("change", () => field.value && show(field.value));
  track.append(range);
  show(field.value);
  return {
    show,
    step: (by) => {
      const here = numbered(field.value);
      const next = by > 0 ? stops.find((stop) => stop > here) : stops.filter((stop) => stop < here).pop();
      if (next !== undefined) go(next);
    },
  };
}

/** Put the marks where they belong; one whose words would lie over the next keeps its mark only. */
function ticks(track: HTMLElement, first: number, width: number, today: number): number[] {
  const list = track.querySelector<HTMLElement>(".ticks");
  if (!list) return [];
  if (!list.querySelector(".today")) {
    const mark = document.createElement("li");
    mark.className = "today";
    mark.dataset["on"] = dated(today);
    const word = document.createElement("b");
    word.textContent = track.dataset["todayWord"] ?? "";
    mark.append(word);
    list.append(mark);
  }
  const marks = [...list.children] as HTMLElement[];
  marks.sort((one, other) => numbered(one.dataset["on"] ?? "") - numbered(other.dataset["on"] ?? ""));
  let end = -1e9;
  for (const mark of marks) {
    const share = (numbered(mark.dataset["on"] ?? "") - first) / width;
    mark.style.left = `${Math.min(100, Math.max(0, share * 100))}%`;
    const middle = share * track.clientWidth;
    mark.classList.toggle("quiet", middle - 42 < end);
    if (middle - 42 >= end) end = middle + 42;
  }
  return [...new Set(marks.map((mark) => numbered(mark.dataset["on"] ?? "")))];
}
