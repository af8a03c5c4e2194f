// The day's plan, the rate, the window, the faults: what they are, and forms that change them.

import { ask, at, grouped, make, replace, span, write } from './parts.js';

let shownFaults;

/** Wires the forms; `changed` is called when the server has done what was asked. */
export function begin(changed) {
    const limits = at('limits');
    const windows = at('window').elements;
    const fault = at('fault');
    const error = at('window').parentElement.querySelector('.error');

    limits.addEventListener('submit', (event) => {
        event.preventDefault();
        const { calls, used, rate } = limits.elements;
        // What nobody wrote is not sent: calls were counted since it was shown.
        const plan = [calls, used].filter(isTouched).map((input) => `${input.name}=${input.value}`);
        carryOut(error, changed, async () => {
            if (plan.length > 0) await ask(`plan?${plan.join('&')}`, 'POST');
            if (isTouched(rate)) await ask(`rate?calls=${rate.value}`, 'POST');
            [calls, used, rate].forEach((input) => { input.defaultValue = input.value; });
        });
    });
    at('window').addEventListener('submit', (event) => event.preventDefault());
    at('window').addEventListener('change', (event) => {
        const chosen = event.target.name === 'phase' ? 'phase' : event.target.value;
        const line = chosen === 'phase' ? `phase=${windows.phase.value}` : chosen;
        carryOut(error, changed, () => ask('window', 'POST', line));
    });

    fault.addEventListener('input', () => showForm(fault));
    fault.elements.effect.addEventListener('change', () => {
        fault.elements.value.value = fault.elements.effect.selectedOptions[0].dataset.value ?? '';
        showForm(fault);
    });
    showForm(fault);
    fault.addEventListener('submit', (event) => {
        event.preventDefault();
        carryOut(fault.querySelector('.error'), changed, () => ask('faults', 'POST', lineOf(fault)));
    });
    at('faults').addEventListener('click', (event) => {
        const line = event.target.dataset.of;
        if (line === undefined) return;
        const path = `faults?line=${encodeURIComponent(line)}`;
        carryOut(fault.querySelector('.error'), changed, () => ask(path, 'DELETE'));
    });
    at('end-all').addEventListener('click', () => {
        carryOut(fault.querySelector('.error'), changed, () => ask('faults', 'DELETE'));
    });
}

/** Whether a person wrote something else than what the server said last. */
const isTouched = (input) => input.value !== input.defaultValue;

async function carryOut(error, changed, action) {
    try {
        await action();
        write(error, '');
    } catch (refusal) {
        write(error, refusal.message);
    }
    changed();
}

/** The fault as `--fault` takes it. */
function lineOf(fault) {
    const { effect, value, which, number, method, path } = fault.elements;
    const what = { status: value.value }[effect.value]
        ?? (takesValue(fault) ? `${effect.value}=${value.value}` : effect.value);
    const options = [
        which.value && `${which.value}=${number.value}`,
        method.value && `method=${method.value}`,
        path.value.trim() && `path=${path.value.trim()}`,
    ].filter(Boolean);
    return options.length > 0 ? `${what}:${options.join(',')}` : what;
}

const takesValue = (fault) => fault.elements.effect.selectedOptions[0].dataset.value !== undefined;

function showForm(fault) {
    const { effect, value, which, number } = fault.elements;
    const ask = (input, wanted) => {
        input.closest('label').hidden = !wanted;
        input.required = wanted;
        input.disabled = !wanted;
    };
    ask(value, takesValue(fault));
    ask(number, which.value !== '');
    write(fault.querySelector('.number span'), which.value === 'nth' ? 'number' : 'requests');
    write(fault.querySelector('.value span'), effect.selectedOptions[0].dataset.unit ?? '');
    write(at('line'), lineOf(fault));
}

export function show({ plan, rate, window, faults }) {
    write(at('plan-left'), grouped(Math.max(plan.left, 0)));
    write(at('plan-calls'), grouped(plan.calls));
    write(at('plan-reset'), `A new day begins in ${span(plan.reset_ms)}, at midnight UTC.`);
    const part = plan.calls > 0 ? Math.min(Math.max(plan.left / plan.calls, 0), 1) : 0;
    const meter = at('plan');
    meter.setAttribute('aria-valuemin', 0);
    meter.setAttribute('aria-valuemax', plan.calls);
    meter.setAttribute('aria-valuenow', Math.max(plan.left, 0));
    meter.classList.toggle('low', part < 0.05);
    meter.firstElementChild.style.width = `${part * 100}%`;

    const { calls, used, rate: pace } = at('limits').elements;
    for (const [input, value] of [[calls, plan.calls], [used, plan.used], [pace, rate.calls]]) {
        if (!isTouched(input) && input !== document.activeElement) input.value = input.defaultValue = value;
    }
    const [name, phase] = window.split('=');
    const { elements } = at('window');
    elements.window.value = name;
    if (phase !== undefined && document.activeElement !== elements.phase) elements.phase.value = phase;
    showFaults(faults);
}

function showFaults(faults) {
    // A button that is under the pointer stays unless something changed.
    if (JSON.stringify(faults) === shownFaults) return;
    shownFaults = JSON.stringify(faults);
    const row = (line) => {
        const button = make('button', { type: 'button', 'aria-label': `End ${line}` }, 'End');
        button.dataset.of = line;
        return make('li', {}, make('code', {}, line), button);
    };
    replace(at('faults'), faults.map(row));
    at('no-faults').hidden = faults.length > 0;
    at('end-all').hidden = faults.length === 0;
}
