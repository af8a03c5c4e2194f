//! What structs of views say besides is not what the schema says.

use knack_runtime::KnackView;

#[derive(KnackView)]
#[knack(
    view = "view_1",
    scene = "scene_4",   //~
    object = "Orders",   //~
    access = "login",    //~
    can = "list, delete",//~
    under = "customers", //~
    parent = "object_1"  //~
)]
struct Table {
    #[knack(kind = "number")] //~
    company: f64,
}

#[derive(KnackView)]
#[knack(
    view = "view_6",
    object = "object_3", //~
    under = "customer",  //~
    parent = "Orders"    //~
)]
#[knack(can = "lst", create)] //~ 2
struct Child {
    number: u32,
}

fn main() {}
