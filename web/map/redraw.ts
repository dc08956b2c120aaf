// Drawing boundaries anew: the page's form is the truth, the map writes into it. What a line cuts is worked out by the
// server; dragging a border moves the point in every area that has it.
import type { GeoJSONSource, Map as GlMap, MapMouseEvent } from "maplibre-gl";
import { $, $$, box, drawn, dusk, fit, keys } from "./page";
import { base, token } from "./look";

type Point = [number, number];
interface Line {
  kind: string;
  from: string[];
  into: { code: string; name?: string; outline?: GeoJSON.Geometry }[];
}
type Outlines = Map<string, GeoJSON.Polygon | GeoJSON.MultiPolygon>;

const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const feature = (geometry: GeoJSON.Geometry, properties = {}): GeoJSON.Feature => ({ type: "Feature", geometry, properties });
const called = (at: Point): string => `${at[0].toFixed(6)},${at[1].toFixed(6)}`;

function rings(shape: GeoJSON.Polygon | GeoJSON.MultiPolygon): Point[][] {
  return (shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat()) as Point[][];
}

/** How far a point lies from a border, in degrees. */
function apart(at: Point, ring: Point[]): number {
  let least = Infinity;
  for (let index = 1; index < ring.length; index += 1) {
    const [a, b] = [ring[index - 1] as Point, ring[index] as Point];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const along = Math.max(0, Math.min(1, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(at[0] - a[0] - along * dx, at[1] - a[1] - along * dy));
  }
  return least;
}

class Draft {
  readonly form = $<HTMLFormElement>("#plan") as HTMLFormElement;
  readonly text = $<HTMLTextAreaElement>("#lines-json") as HTMLTextAreaElement;
  readonly list = $("#lines") as HTMLElement;

  get lines(): Line[] {
    try {
      return JSON.parse(this.text.value || "[]") as Line[];
    } catch {
      return [];
    }
  }

  set lines(lines: Line[]) {
    this.text.value = lines.length ? JSON.stringify(lines) : "[]";
    this.show();
  }

  name(code: string): string {
    return this.box(code)?.dataset["name"] ?? code;
  }

  box(code: string): HTMLInputElement | null {
    return $<HTMLInputElement>(`[name=pick][value="${CSS.escape(code)}"]`, this.form);
  }

  field(name: string): HTMLInputElement {
    return this.form.elements.namedItem(name) as HTMLInputElement;
  }

  get kind(): string {
    return $<HTMLInputElement>("[name=kind]:checked", this.form)?.value ?? "merge";
  }

  get picks(): string[] {
    return $$<HTMLInputElement>("[name=pick]:checked", this.form).map((each) => each.value);
  }

  clear(): void {
    for (const each of $$<HTMLInputElement>("[name=pick]:checked", this.form)) each.checked = false;
    for (const name of ["code", "name", "cut"]) this.field(name).value = "";
  }

  show(): void {
    const items = this.lines.map((line, at) => {
      const item = document.createElement("li");
      const chip = document.createElement("span");
      chip.className = "chip";
      chip.textContent = this.list.dataset[line.kind] ?? line.kind;
      const words = document.createElement("span");
      const into = line.into.map((each) => each.name ?? this.name(each.code)).join("、");
      const from = line.from.map((code) => this.name(code)).join("、");
      words.textContent = line.kind === "redraw" ? from : `${from} → ${into}`;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn sm txt";
      remove.textContent = this.form.dataset["remove"] ?? "×";
      remove.addEventListener("click", () => (this.lines = this.lines.filter((_, index) => index !== at)));
      item.append(chip, words, remove);
      return item;
    });
    this.list.replaceChildren(...items);
  }
}

export async function redrawing(place: HTMLElement): Promise<void> {
  const draft = new Draft();
  const wrong = $("[data-wrong]");
  const hint = $("[data-hint]");
  const say = (where: Element | null, words: string | undefined): void => void (where && (where.textContent = words ?? ""));
  const { form } = draft;
  draft.show();
  draft.text.addEventListener("change", () => draft.show());
  const parts = (): void => {
    for (const part of $$("[data-for]", form)) part.hidden = !(part.dataset["for"] ?? "").split(" ").includes(draft.kind);
  };
  parts();
  form.addEventListener("change", parts);
  $<HTMLSelectElement>("#within")?.addEventListener("change", (event) => {
    const select = event.target as HTMLSelectElement;
    location.href = `${select.dataset["go"] ?? ""}${encodeURIComponent(select.value)}`;
  });

  let drag: Drag | null = null;
  const cutOf = async (code: string, cut: string): Promise<GeoJSON.Geometry[] | null> => {
    const query = new URLSearchParams({ area: code, cut, on: form.dataset["on"] ?? "" });
    const answer = await fetch(`${form.dataset["cut"]}?${query}`, { credentials: "same-origin" });
    const told = (await answer.json()) as { pieces?: GeoJSON.Geometry[]; why?: string };
    say(wrong, told.why);
    return told.pieces ?? null;
  };
  const add = async (): Promise<void> => {
    const picks = draft.picks;
    const [code, name] = [draft.field("code").value.trim(), draft.field("name").value.trim()];
    say(wrong, "");
    let line: Line | null = null;
    if (draft.kind === "redraw") line = drag?.line() ?? null;
    else if (picks.length === 0) return say(wrong, form.dataset["none"]);
    else if (draft.kind === "merge" && picks.length < 2) return say(wrong, form.dataset["two"]);
    else if (draft.kind === "merge") line = { kind: "merge", from: picks, into: [{ code: code || (picks[0] as string), ...(name ? { name } : {}) }] };
    else if (draft.kind === "rename" && name) line = { kind: "rename", from: [picks[0] as string], into: [{ code: picks[0] as string, name }] };
    else if (draft.kind === "split" && code && name) {
      const pieces = await cutOf(picks[0] as string, draft.field("cut").value);
      const [large, small] = pieces ?? [];
      if (!large || !small) return;
      line = { kind: "split", from: [picks[0] as string], into: [{ code: picks[0] as string, outline: large }, { code, name, outline: small }] };
    }
    if (!line) return say(wrong, `${form.dataset["none"]} · ${draft.field(name ? "code" : "name").labels?.[0]?.textContent ?? ""}`);
    draft.lines = [...draft.lines, line];
    drag = null;
    draft.clear();
    form.dispatchEvent(new Event("change", { bubbles: true }));
    sketch(nothing);
    say(hint, "");
  };
  $("[data-add]")?.addEventListener("click", () => void add());

  let sketch: (what: GeoJSON.FeatureCollection) => void = () => undefined;
  keys(null, {});
  const tiles = (): { areas: string; cases: string } => ({
    areas: `${location.origin}${place.dataset["areas"]}?on=${form.dataset["on"]}`, cases: "",
  });
  const map = await drawn(place, () => tiles());
  keys(map, {});
  const dress = (): void => {
    map.setFilter("classes", ["==", ["get", "kind"], form.dataset["kind"] ?? "grid"]);
    map.addSource("sketch", { type: "geojson", data: nothing });
    map.addLayer({ id: "sketch-fill", type: "fill", source: "sketch", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": token("--accent"), "fill-opacity": 0.12 } });
    map.addLayer({ id: "sketch-line", type: "line", source: "sketch", paint: { "line-color": token("--accent"), "line-width": 2.5 } });
    map.addLayer({ id: "sketch-points", type: "circle", source: "sketch", filter: ["==", ["geometry-type"], "Point"], paint: {
      "circle-radius": ["case", ["get", "fixed"], 3, 7], "circle-color": token("--surface"), "circle-stroke-width": 2.5, "circle-stroke-color": ["case", ["get", "fixed"], token("--control"), token("--accent")],
    } });
    planned();
  };
  const planned = (): void => {
    const parts = draft.lines.flatMap((line) => line.into).flatMap((each) => (each.outline ? [feature(each.outline)] : []));
    sketch({ type: "FeatureCollection", features: parts });
  };
  sketch = (what) => void (map.getSource("sketch") as GeoJSONSource | undefined)?.setData(what);
  const colour = (): void => {
    map.removeFeatureState({ source: "areas", sourceLayer: "areas" });
    for (const code of draft.picks) map.setFeatureState({ source: "areas", sourceLayer: "areas", id: code }, { class: 3, picked: true });
  };
  dress();
  colour();
  form.addEventListener("change", colour);

  const cutting = new Cutting(map, (points) => {
    say(hint, "");
    if (points.length > 1) draft.field("cut").value = points.map(called).join(" ");
    const [code] = draft.picks;
    if (code && points.length > 1) {
      void cutOf(code, draft.field("cut").value).then((pieces) => sketch({ type: "FeatureCollection", features: (pieces ?? []).map((each) => feature(each)) }));
    }
  }, (what) => sketch(what));
  $("[data-draw]")?.addEventListener("click", () => {
    if (draft.picks.length !== 1) return say(wrong, form.dataset["none"]);
    say(wrong, "");
    say(hint, form.dataset["drawHint"]);
    cutting.begin();
    map.getCanvas().focus();
  });
  $("[data-drag]")?.addEventListener("click", () => {
    const picks = draft.picks;
    if (picks.length === 0) return say(wrong, form.dataset["none"]);
    say(hint, form.dataset["dragHint"]);
    void Drag.of(map, form, picks, draft).then((made) => {
      drag = made;
      drag.show(sketch);
    });
  });
  map.on("click", (event) => {
    if (cutting.on) return cutting.add([event.lngLat.lng, event.lngLat.lat]);
    if (drag) return;
    const [area] = map.queryRenderedFeatures(event.point, { layers: ["ground"], filter: ["==", ["get", "kind"], form.dataset["kind"] ?? "grid"] });
    if (area) toggle(draft, String(area.properties["code"]), String(area.properties["name"]), String(area.properties["parent"]));
  });
  dusk(() => {
    map.setStyle(base(tiles()));
    map.once("styledata", () => {
      dress();
      colour();
    });
  });
  fit(map, box(place.dataset["bounds"]));
}

function toggle(draft: Draft, code: string, name: string, parent: string): void {
  let tick = draft.box(code);
  if (!tick) {
    const label = document.createElement("label");
    label.className = "tick";
    tick = document.createElement("input");
    Object.assign(tick, { type: "checkbox", name: "pick", value: code });
    Object.assign(tick.dataset, { name, parent });
    const words = document.createElement("span");
    words.textContent = `${name} ${code}`;
    label.append(tick, words);
    $("#picks")?.prepend(label);
  }
  tick.checked = !tick.checked;
  tick.closest("label")?.scrollIntoView({ block: "nearest" });
  tick.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A line drawn point by point. */
class Cutting {
  on = false;
  private points: Point[] = [];

  constructor(private readonly map: GlMap, private readonly done: (points: Point[]) => void, private readonly sketch: (what: GeoJSON.FeatureCollection) => void) {
    document.addEventListener("keydown", (event) => {
      if (!this.on || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      this.end(event.key === "Enter");
    }, { capture: true });
    map.on("dblclick", (event) => {
      if (!this.on) return;
      event.preventDefault();
      this.end(true);
    });
  }

  begin(): void {
    this.on = true;
    this.points = [];
    this.map.getCanvas().style.cursor = "crosshair";
  }

  add(at: Point): void {
    this.points.push(at);
    const parts = this.points.map((point) => feature({ type: "Point", coordinates: point }, { fixed: false }));
    if (this.points.length > 1) parts.push(feature({ type: "LineString", coordinates: this.points }));
    this.sketch({ type: "FeatureCollection", features: parts });
  }

  private end(kept: boolean): void {
    this.on = false;
    this.map.getCanvas().style.cursor = "";
    if (!kept) this.sketch(nothing);
    this.done(kept ? this.points : []);
  }
}

/** Borders that move by their points: a point that neighbours share moves in all of them; what lies on the border of
 * the area around stays. */
class Drag {
  private readonly changed = new Set<string>();
  private draw: (what: GeoJSON.FeatureCollection) => void = () => undefined;

  private constructor(private readonly map: GlMap, private readonly picks: string[], private readonly shapes: Outlines, private readonly fixed: Point[][]) {}

  static async of(map: GlMap, form: HTMLElement, picks: string[], draft: Draft): Promise<Drag> {
    const parents = [...new Set(picks.map((code) => draft.box(code)?.dataset["parent"] ?? ""))];
    const kind = form.dataset["kind"] ?? "grid";
    const shapes: Outlines = new Map();
    const fixed: Point[][] = [];
    const above: Record<string, string> = { grid: "community", community: "street" };
    for (const parent of parents) {
      for (const [code, shape] of await outlines(form, kind, parent)) shapes.set(code, shape);
      if (above[kind]) for (const shape of (await outlines(form, above[kind], parent)).values()) fixed.push(...rings(shape));
    }
    const made = new Drag(map, picks.filter((code) => shapes.has(code)), shapes, fixed);
    made.listen();
    return made;
  }

  show(draw: (what: GeoJSON.FeatureCollection) => void): void {
    this.draw = draw;
    const parts: GeoJSON.Feature[] = [...new Set([...this.picks, ...this.changed])].map((code) => feature(this.shapes.get(code) as GeoJSON.Geometry));
    const seen = new Set<string>();
    for (const code of this.picks) {
      for (const at of rings(this.shapes.get(code) as GeoJSON.Polygon).flat()) {
        if (seen.has(called(at))) continue;
        seen.add(called(at));
        parts.push(feature({ type: "Point", coordinates: [...at] }, { fixed: this.isFixed(at), at: called(at) }));
      }
    }
    draw({ type: "FeatureCollection", features: parts });
  }

  line(): Line | null {
    const codes = [...this.changed].sort();
    if (codes.length === 0) return null;
    return { kind: "redraw", from: codes, into: codes.map((code) => ({ code, outline: this.shapes.get(code) as GeoJSON.Geometry })) };
  }

  private isFixed(at: Point): boolean {
    return this.fixed.some((ring) => apart(at, ring) < 2e-6);
  }

  private listen(): void {
    const { map } = this;
    map.on("mousedown", "sketch-points", (event) => this.take(event));
    map.on("touchstart", "sketch-points", (event) => event.points.length === 1 && this.take(event as unknown as MapMouseEvent));
  }

  private take(event: MapMouseEvent): void {
    const [found] = this.map.queryRenderedFeatures(event.point, { layers: ["sketch-points"] });
    if (!found || found.properties["fixed"] || !found.properties["at"]) return;
    event.preventDefault();
    let here = String(found.properties["at"]);
    const follow = (moved: MapMouseEvent): void => {
      here = this.move(here, [Number(moved.lngLat.lng.toFixed(6)), Number(moved.lngLat.lat.toFixed(6))]);
    };
    const drop = (): void => {
      this.map.off("mousemove", follow);
      this.map.off("touchmove", follow as never);
      this.snap(here);
    };
    this.map.on("mousemove", follow);
    this.map.on("touchmove", follow as never);
    this.map.once("mouseup", drop);
    this.map.once("touchend", drop);
  }

  /** Move a point in every area that has it; return what it is called now. */
  private move(from: string, to: Point): string {
    for (const [code, shape] of this.shapes) {
      for (const ring of rings(shape)) {
        for (const at of ring) {
          if (called(at) !== from) continue;
          [at[0], at[1]] = to;
          this.changed.add(code);
        }
      }
    }
    this.show(this.draw);
    return called(to);
  }

  /** Let go beside another point: it is meant. */
  private snap(here: string): void {
    const [lon, lat] = here.split(",").map(Number) as Point;
    const at = this.map.project([lon, lat]);
    for (const shape of this.shapes.values()) {
      for (const other of rings(shape).flat()) {
        if (called(other) === here) continue;
        const there = this.map.project(other);
        if (Math.hypot(at.x - there.x, at.y - there.y) < 8) {
          this.move(here, [...other]);
          return;
        }
      }
    }
  }
}

async function outlines(form: HTMLElement, kind: string, area: string): Promise<Outlines> {
  const query = new URLSearchParams({ kind, area, on: form.dataset["on"] ?? "" });
  const answer = await fetch(`${form.dataset["outlines"]}?${query}`, { credentials: "same-origin" });
  const told = (await answer.json()) as GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, { code: string }>;
  return new Map(told.features.map((each) => [each.properties.code, each.geometry]));
}
