// The last minute: bars by the second, and who called.

import { at, grouped, make, time, write } from './parts.js';

const SVG = 'http://www.w3.org/2000/svg';
const KINDS = ['answered', 'refused', 'failed'];
// The highest pace of a limit that the bars are measured by.
const MOST = 200;

const bars = [];
const limit = shape('line', { class: 'limit', x1: 0, x2: 60 });

function shape(name, attributes) {
    const element = document.createElementNS(SVG, name);
    set(element, attributes);
    return element;
}

function set(element, attributes) {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

export function begin() {
    for (let n = 0; n < 60; n += 1) {
        const parts = KINDS.map((kind) => shape('rect', { class: kind, x: n + 0.1, width: 0.8, height: 0 }));
        const title = shape('title', {});
        const group = shape('g', {});
        // All of the column tells its figures, however low its bar.
        group.append(title, shape('rect', { class: 'column', x: n, width: 1, height: 100 }), ...parts);
        at('chart').append(group);
        bars.push({ parts, title });
    }
    at('chart').append(limit);
}

export function show({ seconds, clients, now_ms }, rate) {
    const sum = (counts) => KINDS.reduce((all, kind) => all + counts[kind], 0);
    const highest = Math.max(...seconds.map(sum));
    const top = Math.max(highest, rate.calls <= MOST ? rate.calls * 1.2 : 0, 1);
    seconds.forEach((second, n) => {
        let y = 100;
        bars[n].parts.forEach((part, k) => {
            const height = (second[KINDS[k]] / top) * 100;
            y -= height;
            set(part, { y, height });
        });
        write(bars[n].title, `${time(second.at_s * 1000)}: ${inWords(second)}`);
    });
    const y = 100 - (rate.calls / top) * 100;
    set(limit, { y1: y, y2: y, visibility: y < 0 ? 'hidden' : 'visible' });

    const total = (kind) => seconds.reduce((all, second) => all + second[kind], 0);
    const totals = Object.fromEntries(KINDS.map((kind) => [kind, total(kind)]));
    KINDS.forEach((kind) => write(at(kind), grouped(totals[kind])));
    set(at('chart'), { 'aria-label': `calls of the last minute by the second: ${inWords(totals)}` });
    const most = highest > 0 ? `at most ${grouped(highest)} a second` : 'no calls';
    write(at('scale'), y < 0 ? most : `${most} · dashed: the limit of ${grouped(rate.calls)}`);
    showClients(clients, Math.floor(now_ms / 1000));
}

const inWords = (counts) => KINDS.map((kind) => `${grouped(counts[kind])} ${kind}`).join(', ');

function showClients(clients, now) {
    const row = ({ client, latest_s, ...counts }) => {
        const figures = KINDS.map((kind) => make('td', {}, grouped(counts[kind])));
        const name = make('th', { scope: 'row' }, client ?? 'all others');
        const ago = now - latest_s;
        return make('tr', {}, name, ...figures, make('td', {}, ago < 2 ? 'now' : `${ago} s ago`));
    };
    at('clients').tBodies[0].replaceChildren(...clients.map(row));
    at('clients').hidden = clients.length === 0;
    at('no-clients').hidden = clients.length > 0;
}
