//! A diagram as an SVG that needs nothing but a browser.

use std::fmt::Write as _;

use knack_runtime::schema::{FieldSchema, ObjectSchema};

use super::layout::{HEAD, Layout, Place, ROW};
use super::{Connection, Picture, remarks};

/// The width of a letter, about, in the font that is used.
const LETTER: usize = 7;
const LEAST_WIDTH: usize = 200;
const MOST_WIDTH: usize = 380;
/// The parts of a line.
const STRAIGHT: usize = 14;
const BEND: usize = 32;
/// As long as the longest name of a kind that is known.
const MOST_KIND: usize = 15;

const STYLE: &str = "\
    text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2933; }
    .page { fill: #ffffff; }
    .box { fill: #fbfcfd; stroke: #7b8794; }
    .head { fill: #e4edf5; stroke: #7b8794; }
    .name { font-weight: 600; }
    .kind { fill: #7b8794; text-anchor: end; }
    .line { fill: none; stroke: #4a7fb5; stroke-width: 1.4; }
    .line:hover { stroke: #c2410c; stroke-width: 2.4; }
    .end { fill: none; stroke: #4a7fb5; stroke-width: 1.4; }";

/// The picture. Lines end in a fork where there may be many, in a bar where there is one.
pub(crate) fn draw(picture: &Picture<'_>) -> String {
    let layout = Layout::of(picture, width(picture));
    let (width, height) = (layout.width, layout.height);
    let mut svg = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n<style>\n{STYLE}\n</style>\n{}\
         <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n",
        escaped(picture.name),
        markers()
    );
    for object in &picture.objects {
        if let Some(place) = layout.places.get(&object.key) {
            svg.push_str(&drawn(object, *place));
        }
    }
    svg.extend(picture.connections.iter().filter_map(|connection| line(picture, &layout, connection)));
    svg + "</svg>\n"
}

fn width(picture: &Picture<'_>) -> usize {
    let row = |field: &FieldSchema| field.name.chars().count() + field.kind_name.len() + 4;
    let fields = picture.objects.iter().flat_map(|object| object.fields.iter().map(row));
    let heads = picture.objects.iter().map(|object| object.name.chars().count() + 14);
    (fields.chain(heads).max().unwrap_or(0) * LETTER).clamp(LEAST_WIDTH, MOST_WIDTH)
}

fn markers() -> String {
    let marker = |name: &str, path: &str| {
        format!(
            "<marker id=\"{name}\" viewBox=\"0 0 12 12\" refX=\"12\" refY=\"6\" markerWidth=\"12\" \
             markerHeight=\"12\" markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\">\
             <path class=\"end\" d=\"{path}\"/></marker>\n"
        )
    };
    let (many, one) = (marker("many", "M12 0 L0 6 L12 12 M0 6 H12"), marker("one", "M4 0 V12 M0 6 H12"));
    format!("<defs>\n{many}{one}</defs>\n")
}

fn drawn(object: &ObjectSchema, place: Place) -> String {
    let Place { x, y, width, height, .. } = place;
    let mut svg = format!(
        "<g>\n<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>\n\
         <rect class=\"head\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEAD}\" rx=\"4\"/>\n"
    );
    let room = width / LETTER - 3;
    let baseline = y + 19;
    svg.push_str(&text("name", x + 10, baseline, &cut(&object.name, room.saturating_sub(10))));
    svg.push_str(&text("kind", x + width - 10, baseline, &object.key.to_string()));
    for (row, field) in object.fields.iter().enumerate() {
        let baseline = y + HEAD + ROW * row + 14;
        let label = cut(&field.name, room.saturating_sub(field.kind_name.chars().count().min(MOST_KIND)));
        let whole = format!("{} ({}){}", field.name, field.key, remarks(field, object.identifier));
        let mark = if field.required { " *" } else { "" };
        let _ = writeln!(svg, "<g><title>{}</title>", escaped(&whole));
        svg.push_str(&text("label", x + 10, baseline, &format!("{label}{mark}")));
        svg.push_str(&text("kind", x + width - 10, baseline, &cut(&field.kind_name, MOST_KIND)));
        svg.push_str("</g>\n");
    }
    svg + "</g>\n"
}

fn text(class: &str, x: usize, y: usize, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n", escaped(text))
}

/// From the field's row to the head of the object that it leads to, out at the side that is nearer.
fn line(picture: &Picture<'_>, layout: &Layout, connection: &Connection<'_>) -> Option<String> {
    let Connection { from, field, to } = connection;
    let (begin, end) = (layout.places.get(from)?, layout.places.get(to)?);
    let object = picture.objects.iter().find(|object| object.key == *from)?;
    let row = object.fields.iter().position(|other| std::ptr::eq(other, *field))?;
    let (y1, y2) = (begin.y + HEAD + ROW * row + ROW / 2, end.y + HEAD / 2);
    let (left, right) = (|place: &Place| place.x, |place: &Place| place.x + place.width);
    let (x1, x2) = match begin.column.cmp(&end.column) {
        std::cmp::Ordering::Less => (right(begin), left(end)),
        std::cmp::Ordering::Greater => (left(begin), right(end)),
        std::cmp::Ordering::Equal => (right(begin), right(end)),
    };
    // The ends go straight for as long as their forks are; the margin has room for the bends.
    let out =
        |x: usize, place: &Place, by: usize| if x == left(place) { x.saturating_sub(by) } else { x + by };
    let [(s1, b1), (s2, b2)] =
        [(x1, begin), (x2, end)].map(|(x, place)| (out(x, place, STRAIGHT), out(x, place, STRAIGHT + BEND)));
    let [from_end, to_end] = [field.shared, field.several].map(|many| if many { "many" } else { "one" });
    Some(format!(
        "<path class=\"line\" d=\"M{x1} {y1} H{s1} C{b1} {y1} {b2} {y2} {s2} {y2} H{x2}\" \
         marker-start=\"url(#{from_end})\" marker-end=\"url(#{to_end})\"><title>{}</title></path>\n",
        escaped(&field.name)
    ))
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// Text as XML takes it; what XML has no way to write is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
