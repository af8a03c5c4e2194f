// The objects, and the records of the one that is chosen.

import { ask, at, counted, grouped, make, readable, replace, write } from './parts.js';

const ROWS = 25;
// The most letters of a value that a cell shows; the record shows all of it.
const CELL = 200;

let chosen; // the key of an object
let page = 1;
// What is on the page, as the server said it.
let shownObjects;
let shownRecords;

export function begin(changed) {
    at('objects').addEventListener('click', (event) => {
        const key = event.target.closest('button')?.dataset.of;
        if (key !== undefined) turn(key, 1);
    });
    at('previous').addEventListener('click', () => turn(chosen, page - 1));
    at('next').addEventListener('click', () => turn(chosen, page + 1));
    function turn(key, to) {
        [chosen, page] = [key, Math.max(to, 1)];
        changed();
    }
}

/** Shows what is there now. */
export async function show() {
    const of = chosen ?? '';
    const objects = await ask(`objects?of=${encodeURIComponent(of)}`);
    at('no-objects').hidden = objects.length > 0;
    at('store').hidden = objects.length === 0;
    // Another one may have been chosen meanwhile, which is asked for next.
    if (objects.length === 0 || of !== (chosen ?? '')) return;
    const object = objects.find(({ key }) => key === of);
    if (object === undefined) {
        [chosen, page] = [objects[0].key, 1];
        await show();
        return;
    }
    showObjects(objects);
    page = Math.min(page, Math.max(Math.ceil(object.records / ROWS), 1));
    // In the order of the ids: to sort a large object each second would hold up the calls of others.
    const query = `rows_per_page=${ROWS}&page=${page}&sort_field=id`;
    const list = await ask(`objects/${encodeURIComponent(of)}/records?${query}`);
    if (of === chosen) showRecords(object, list);
}

function showObjects(objects) {
    if (JSON.stringify([chosen, objects]) === shownObjects) return;
    shownObjects = JSON.stringify([chosen, objects]);
    const row = ({ key, name, records }) => {
        const button = make('button', { type: 'button', title: key }, name || key, ' ',
            make('span', { class: 'quiet' }, grouped(records)));
        button.dataset.of = key;
        if (key === chosen) button.setAttribute('aria-current', 'true');
        return make('li', {}, button);
    };
    replace(at('objects'), objects.map(row));
}

function showRecords(object, list) {
    const pages = Math.max(Math.ceil(list.total_records / ROWS), 1);
    write(at('pages'), `${counted(list.total_records, 'record')}, page ${grouped(page)} of ${grouped(pages)}`);
    at('previous').disabled = page <= 1;
    at('next').disabled = page >= pages;
    at('no-records').hidden = list.total_records > 0;
    at('records').parentElement.hidden = list.total_records === 0;
    // The button of an open record waits for the focus.
    if (at('record').open) return;
    if (JSON.stringify([object, list]) === shownRecords) return;
    shownRecords = JSON.stringify([object, list]);

    const head = object.fields.map(({ key, name, type, required }) =>
        make('th', { scope: 'col', title: required ? `${type}, required` : type }, name || key,
            make('span', { class: 'quiet' }, key)));
    const table = at('records');
    table.tHead.replaceChildren(make('tr', {}, make('th', { scope: 'col' }, 'id'), ...head));
    replace(table.tBodies[0], list.records.map((record) => row(object, record)));
}

function row({ fields }, record) {
    const open = make('button', { type: 'button', title: `all of ${record.id}` }, record.id.slice(-6));
    open.dataset.of = record.id;
    open.addEventListener('click', () => showRecord(record));
    const cells = fields.map(({ key }) => {
        const whole = shown(record[key], record[`${key}_raw`]);
        const value = whole.length > CELL ? `${whole.slice(0, CELL)}…` : whole;
        return make('td', value.length > 30 ? { title: value } : {}, value);
    });
    return make('tr', {}, make('th', { scope: 'row' }, open), ...cells);
}

/** What a cell says: the value as people see it, or in plain words where that is markup. */
function shown(formatted, raw) {
    const plain = typeof formatted === 'string' && !formatted.includes('<');
    return plain ? formatted : inWords(raw ?? formatted);
}

// By what Knack's raw values are read.
const NAMES = ['identifier', 'date_formatted', 'formatted_value', 'full', 'email', 'filename', 'label', 'url'];

function inWords(value) {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(inWords).filter(Boolean).join(', ');
    if (typeof value !== 'object') return String(value);
    const name = NAMES.find((known) => value[known]);
    return inWords(name === undefined ? Object.values(value) : value[name]);
}

function showRecord(record) {
    write(at('record-title'), record.id);
    write(at('record').querySelector('pre'), readable(JSON.stringify(record)));
    at('record').showModal();
}
