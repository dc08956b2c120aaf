// Two short names for what every module asks.
export const $ = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);

export const $$ = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] =>
  Array.from(root.querySelectorAll<T>(selector));

/** The word a form needs so that the server knows it is ours. */
export const token = (): string => $<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
