use knack_runtime::schema::Application;
use serde_json::json;

use super::{Picture, mermaid, svg};

fn shop() -> Application {
    Application::of(&json!({"name": "A & B", "objects": [
        {"key": "object_2", "name": "Orders <\"new\">", "identifier": "field_3", "fields": [
            {"key": "field_3", "name": "No.\u{7}\n]]>", "type": "auto_increment"},
            {"key": "field_4", "name": "Whose \"customer\"", "type": "connection", "required": true,
                "relationship": {"object": "object_1", "has": "one", "belongs_to": "many"}},
            {"key": "field_5", "name": "", "type": "connection", "unique": true,
                "relationship": {"object": "object_2", "has": "many", "belongs_to": "one"}},
            {"key": "field_6", "name": "Gone", "type": "connection", "relationship": {"object": "object_9"}}]},
        {"key": "object_1", "name": "Customers", "fields": [
            {"key": "field_1", "name": "Name", "type": "name", "required": true, "unique": true},
            {"key": "field_2", "name": "Hologram", "type": "3d-hologram"}]}]}))
    .unwrap()
}

fn picture(app: &Application) -> Picture<'_> {
    Picture::of(app, app.objects.iter().collect())
}

#[test]
fn mermaid_is_what_it_reads() {
    let wanted = "\
erDiagram
    object_1[\"Customers\"] {
        name field_1 UK \"Name, required, unique\"
        kind_3d_hologram field_2 \"Hologram\"
    }
    object_2[\"Orders <'new'>\"] {
        auto_increment field_3 \"No.  ]]>, names the record\"
        connection field_4 FK \"Whose 'customer', required\"
        connection field_5 FK, UK \", unique\"
        connection field_6 FK \"Gone\"
    }
    object_2 }o--|| object_1 : \"Whose 'customer'\"
    object_2 |o--o{ object_2 : \"-\"
";
    assert_eq!(mermaid::draw(&picture(&shop())), wanted);
}

#[test]
fn an_svg_is_sound_xml_of_the_labels() {
    let image = svg::draw(&picture(&shop()));
    assert_sound(&image);
    for label in ["Customers", "Orders &lt;&quot;new&quot;&gt;", "A &amp; B", "Hologram", "auto_increment"] {
        assert!(image.contains(label), "{label}\n{image}");
    }
    assert_eq!(image.matches("class=\"line\"").count(), 2);
    assert!(!image.contains('\u{7}'));
}

#[test]
fn boxes_do_not_overlap() {
    let objects: Vec<_> = (1..60)
        .map(|n| {
            let fields: Vec<_> = (0..n % 23)
                .map(|f| {
                    json!({"key": format!("field_{}", n * 100 + f), "name": "F",
            "type": "connection", "relationship": {"object": format!("object_{}", (n * 7) % 59 + 1)}})
                })
                .collect();
            json!({"key": format!("object_{n}"), "name": "O", "fields": fields})
        })
        .collect();
    let app = Application::of(&json!({"objects": objects})).unwrap();
    let layout = super::layout::Layout::of(&picture(&app), 200);
    let places: Vec<_> = layout.places.values().collect();
    assert_eq!(places.len(), 59);
    for (i, a) in places.iter().enumerate() {
        assert!(a.x + a.width <= layout.width && a.y + a.height <= layout.height);
        for b in places.iter().skip(i + 1) {
            let apart = a.x + a.width <= b.x
                || b.x + b.width <= a.x
                || a.y + a.height <= b.y
                || b.y + b.height <= a.y;
            assert!(apart, "{a:?} {b:?}");
        }
    }
    let (width, height) = (layout.width, layout.height);
    assert!(width < 4 * height && height < 4 * width, "{width} x {height}");
    assert_sound(&svg::draw(&picture(&app)));
}

/// Every tag is closed, every `&` begins an entity, every attribute is quoted.
fn assert_sound(xml: &str) {
    let mut open = Vec::new();
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    for tag in body.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap();
        assert!(!text.contains('>') && tag.matches('"').count() % 2 == 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    for entity in xml.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "{entity}");
    }
}
