use knack_runtime::schema::Application;
use serde_json::json;

use super::{between, words};

fn app(fields: &serde_json::Value) -> Application {
    Application::of(&json!({"name": "Shop", "objects": [
        {"key": "object_1", "name": "Customers", "fields": fields},
        {"key": "object_2", "name": "Orders", "fields": []}]}))
    .unwrap()
}

fn told(old: &Application, new: &Application) -> String {
    let mut out = Vec::new();
    words::write(&between(old, new), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_change_is_told_in_words() {
    let connection = |target: &str, has: &str| {
        json!({"key": "field_6", "name": "Orders", "type": "connection",
            "relationship": {"object": target, "has": has, "belongs_to": "many"}})
    };
    let choice = |options: &[&str]| {
        json!({"key": "field_5", "name": "Status", "type": "multiple_choice",
            "format": {"options": options, "type": "single"}})
    };
    let old = app(&json!([
        {"key": "field_1", "name": "City", "type": "short_text"},
        {"key": "field_2", "name": "Fax", "type": "phone", "required": true},
        {"key": "field_3", "name": "Size", "type": "short_text", "unique": true},
        {"key": "field_4", "name": "Born", "type": "date_time", "format": {"date_format": "mm/dd/yyyy"}},
        choice(&["New", "Open"]), connection("object_2", "one")]));
    let new = app(&json!([
        {"key": "field_1", "name": "Town", "type": "short_text", "required": true},
        {"key": "field_3", "name": "Size", "type": "number"},
        {"key": "field_4", "name": "Born", "type": "date_time", "format": {"date_format": "dd/mm/yyyy"}},
        choice(&["Open", "Done", "Lost"]), connection("object_1", "many"),
        {"key": "field_7", "name": "Notes", "type": "rich_text"}]));
    let wanted = "\
Customers (object_1)
  ~ Town (field_1): renamed \"City\" → \"Town\"
  ~ Town (field_1): now required
  - Fax (field_2): removed
  ~ Size (field_3): was short text, is number
  ~ Size (field_3): no longer unique
  ~ Born (field_4): date_format: mm/dd/yyyy → dd/mm/yyyy
  + Status (field_5): options added: Done, Lost
  - Status (field_5): option removed: New
  ~ Orders (field_6): took one, takes several
  ~ Orders (field_6): led to Orders (object_2), leads to Customers (object_1)
  + Notes (field_7): added, rich text
";
    assert_eq!(told(&old, &new), wanted);
    assert_eq!(told(&new, &new), "");
}

#[test]
fn objects_pages_and_views_are_told() {
    let old = Application::of(&json!({"name": "Shop", "objects": [{"key": "object_1", "name": "Old"}],
        "scenes": [{"key": "scene_1", "name": "Home", "views": [
            {"key": "view_1", "name": "All", "type": "table", "columns": [{"field": {"key": "field_1"}}]},
            {"key": "view_3", "name": "Edit", "type": "form", "action": "update"}]}]}))
    .unwrap();
    let new = Application::of(&json!({"name": "Store", "objects": [{"key": "object_3", "name": "New"}],
        "settings": {"timezone": "Tokyo"},
        "scenes": [{"key": "scene_1", "name": "Home", "slug": "home", "object": "object_3", "authenticated": true, "views": [
            {"key": "view_1", "name": "All", "type": "table", "options": {"cell_editor": true}, "columns": [
                {"field": {"key": "field_2"}, "header": "Two"}, {"type": "delete_link", "header": "Delete"}]},
            {"key": "view_3", "name": "Edit", "type": "form", "action": "create", "source": {"connection_key": "field_9"}},
            {"key": "view_2", "name": "Add", "type": "form"}]}]}))
    .unwrap();
    let wanted = "\
The application
  ~ renamed \"Shop\" → \"Store\"
  ~ time zone: none → Tokyo
Old (object_1)
  - removed
New (object_3)
  + added
Pages and views
  ~ page Home (scene_1): slug: none → home
  ~ page Home (scene_1): object: none → New (object_3)
  ~ page Home (scene_1): access: everybody → every user
  ~ view All (view_1): calls need a login now
  ~ view All (view_1): editing in place: none → yes
  + view All (view_1): columns added: field_2 \"Two\", delete link \"Delete\"
  - view All (view_1): column removed: field_1 \"\"
  + view Add (view_2): added, form
  ~ view Edit (view_3): calls need a login now
  ~ view Edit (view_3): about one record: none → New (object_3) of `home`
  ~ view Edit (view_3): action: update → create
  ~ view Edit (view_3): connection_key: none → field_9
";
    assert_eq!(told(&old, &new), wanted);
}

#[test]
fn programs_are_told_as_well() {
    let old = app(&json!([{"key": "field_1", "name": "City", "type": "short_text"}]));
    let new = app(&json!([{"key": "field_1", "name": "Town", "type": "short_text"}]));
    let told: Vec<_> = between(&old, &new).iter().map(super::Change::json).collect();
    assert_eq!(
        told,
        [json!({"of": "field", "object": "object_1", "field": "field_1", "change": "set",
        "setting": "name", "from": "City", "to": "Town", "text": "Town (field_1): renamed \"City\" → \"Town\""})]
    );
}
