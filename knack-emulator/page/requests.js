// The latest requests, the newest first. Each opens to what was sent and what was answered.

import { ask, at, grouped, make, readable, replace, time, write } from './parts.js';

/** What the server is asked for: so many, and so many bytes of each body. */
export const PATH = 'requests?last=50&cut=2000';

/** The rows by what they are of. A new one is made only for a request that was not there. */
let rows = new Map();

export function begin(changed) {
    at('forget').addEventListener('click', async () => {
        await ask('requests', 'DELETE').catch(() => {});
        rows.forEach((row) => row.firstElementChild.removeAttribute('open'));
        changed();
    });
}

export function show(requests) {
    const list = at('requests');
    const held = list.querySelector('details[open]') !== null;
    write(at('held'), held ? 'Held while one is open.' : '');
    if (held) return;
    const kept = new Map();
    for (const request of requests.toReversed()) {
        const key = `${request.number} ${request.wall_ms}`;
        kept.set(key, rows.get(key) ?? row(request));
    }
    const same = kept.size === rows.size && [...kept.keys()].every((key) => rows.has(key));
    if (!same) replace(list, [...kept.values()]);
    rows = kept;
    list.hidden = kept.size === 0;
    at('forget').hidden = kept.size === 0;
    at('no-requests').hidden = kept.size > 0;
}

function row(request) {
    const { method, path, query, status, refused, client, wall_ms } = request;
    const kind = refused ? 'refused' : status === null || status >= 500 ? 'failed' : status >= 400 ? 'odd' : 'fine';
    const summary = make('summary', {},
        make('time', {}, time(wall_ms, true)),
        make('span', { class: `status ${kind}` }, status === null ? 'no answer' : String(status)),
        make('b', {}, method),
        make('code', {}, query ? `${path}?${query}` : path),
        make('span', { class: 'quiet' }, client),
    );
    const details = make('details', {}, summary);
    details.addEventListener('toggle', () => {
        if (details.open && details.children.length === 1) details.append(...told(request));
    });
    return make('li', {}, details);
}

function told({ query, headers, body, body_bytes, body_cut, status, refused, ...rest }) {
    const { answer, answer_bytes, answer_cut } = rest;
    const part = (title, ...what) => make('div', {}, make('h3', {}, title), ...what);
    const pairs = (all) => make('dl', {},
        ...all.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
    const parts = [];
    if (query) parts.push(part('query', pairs([...new URLSearchParams(query)])));
    parts.push(part('headers', pairs(Object.entries(headers))));
    if (body_bytes > 0) parts.push(part('body', ...text(body, body_bytes, body_cut)));
    const title = status === null ? 'no answer' : `answer: ${status}${refused ? ', refused by a limit' : ''}`;
    const nothing = [make('p', { class: 'empty' }, 'No body.')];
    parts.push(part(title, ...(answer_bytes > 0 ? text(answer, answer_bytes, answer_cut) : nothing)));
    return parts;
}

/** A body, or how it begins. */
function text(body, bytes, isCut) {
    const pre = make('pre', { tabindex: '0' }, readable(body));
    return isCut ? [pre, make('p', { class: 'quiet' }, `The beginning of ${grouped(bytes)} bytes.`)] : [pre];
}
