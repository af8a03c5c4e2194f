// What every part of the page uses. Texts of others reach the page as text alone, never as markup.

export const at = (id) => document.getElementById(id);

/** An element with attributes and children; texts stay texts. */
export function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
}

/** Writes a text where it is another one, so that what is selected or read aloud stays. */
export function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/**
 * Replaces what is in a list. What has the focus keeps it, and where that is made anew, what is of the same thing gets it:
 * whoever goes through the page by keys stays in their place.
 */
export function replace(list, children) {
    const focused = list.contains(document.activeElement) ? document.activeElement : undefined;
    list.replaceChildren(...children);
    if (focused === undefined) return;
    const heirs = [focused, ...list.querySelectorAll('[data-of]')];
    const heir = heirs.find((one) => list.contains(one) && (one === focused || one.dataset.of === focused.dataset.of));
    heir?.focus({ preventScroll: true });
}

/** Asks the server; what it answers as JSON, or an error with what it says. */
export async function ask(path, method = 'GET', body = undefined) {
    const signal = AbortSignal.timeout(5000);
    const answer = await fetch(`/_emulator/${path}`, { method, body, signal });
    const text = await answer.text();
    if (!answer.ok) throw new Refusal(text);
    return JSON.parse(text);
}

/** What the server does not do, in its words; other errors of `ask` tell that it is not there. */
export class Refusal extends Error {}

export const grouped = (number) => number.toLocaleString('en');
export const counted = (number, one) => `${grouped(number)} ${one}${number === 1 ? '' : 's'}`;

/** A time of the server's clock as this machine's wall shows it. */
export function time(ms, withMilliseconds = false) {
    const date = new Date(ms);
    const two = (number) => String(number).padStart(2, '0');
    const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
    return withMilliseconds ? `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}` : clock;
}

/** How long something takes, in minutes and hours. */
export function span(ms) {
    const minutes = Math.ceil(ms / 60000);
    return minutes < 60 ? `${minutes} min` : `${grouped(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** JSON with lines and spaces; any other text as it is. */
export function readable(text) {
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
}
