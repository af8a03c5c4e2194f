//! A field of every kind: which Rust type holds it, how it is written, and what comes back.
//!
//! `cargo run --example fields` needs no account and nothing installed. The table of all types is in
//! the documentation of `knack_runtime::value`.

use std::error::Error;
use std::fmt::Debug;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday, date, time};
use knack_emulator::Emulator;
use knack_runtime::key::ProfileKey;
use knack_runtime::object::Field;
use knack_runtime::query::Format;
use knack_runtime::value::{
    AccountStatus, AppZone, Coordinates, Drawing, EmailAddress, Ends, Frequency, Html, InZone, Json, Period,
    PersonName, PhoneNumber, Picture, PostalAddress, Repeat, UploadedFile, WebAddress, WorkLog,
};
use knack_runtime::{Client, KnackChoice, KnackObject, Link, Patch, Plan, RecordId};
use rust_decimal::Decimal;

type Outcome = Result<(), Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let local = Emulator::builder().sample().daily_calls(Plan::Pro.daily_calls()).build()?;
    let knack = Client::builder(local.application_id())
        .api_key(local.api_key())
        .transport(local.transport())
        .plan(Plan::Pro)
        .build()?;

    let ann = customer(&knack).await?;
    employee(&knack).await?;
    product(&knack).await?;
    order(&knack, ann).await?;
    delivery(&knack).await?;
    account(&knack).await?;
    links(&knack).await?;
    shown_and_unknown(&knack, ann).await
}

/// `Option` says that a field may be empty; without it, an empty field is an error that says so.
#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
struct Customer {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_1", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_2", kind = "email", required)]
    email: EmailAddress,
    #[knack(key = "field_3", kind = "phone")]
    phone: Option<PhoneNumber>,
    #[knack(key = "field_5", kind = "short_text")]
    company: Option<String>,
    #[knack(key = "field_6", kind = "multiple_choice")]
    sort: Option<CustomerSort>,
    #[knack(key = "field_7", kind = "boolean")]
    newsletter: bool,
    #[knack(key = "field_8", kind = "date_time")]
    since: Option<Date>,
    #[knack(key = "field_11", kind = "link")]
    website: Option<WebAddress>,
    #[knack(key = "field_12", kind = "paragraph_text")]
    remarks: Option<String>,
    #[knack(key = "field_80", kind = "address")]
    location: Option<PostalAddress>,
    // The field shows day before month, and takes them so.
    #[knack(key = "field_81", kind = "date_time", date_format = "dd/mm/yyyy")]
    birthday: Option<Date>,
    #[knack(key = "field_82", kind = "image")]
    logo: Option<Picture>,
    #[knack(key = "field_83", kind = "concatenation")]
    greeting: String,
    #[knack(key = "field_84", kind = "count")]
    orders: u32,
    #[knack(key = "field_85", kind = "sum")]
    revenue: Option<Decimal>,
}

/// The options of a choice field. `Other` takes those that are added to the field later.
#[derive(Clone, Debug, PartialEq, KnackChoice)]
enum CustomerSort {
    Private,
    Business,
    Other(String),
}

async fn customer(knack: &Client) -> Result<RecordId, Box<dyn Error>> {
    heading("A customer: written, read back; the last three are computed by Knack");
    let name = PersonName { title: "Dr.".into(), ..PersonName::new("Ann", "Berg") };
    let location = PostalAddress {
        street: "1 Mill Lane".into(),
        city: "Springfield".into(),
        coordinates: Some(Coordinates { latitude: 30.1, longitude: -50.2 }),
        ..PostalAddress::default()
    };
    let logo = Picture::Web("https://example.com/logo.png".into());
    let new = Patch::<Customer>::new()
        .set(Customer::NAME, &name)
        .set(Customer::EMAIL, "ann.berg@example.com")
        .set(Customer::PHONE, "5550101234")
        .set(Customer::COMPANY, "Berg & Daughters \"Wheels\" 🚲")
        .set(Customer::SORT, CustomerSort::Business)
        .set(Customer::NEWSLETTER, true)
        .set(Customer::SINCE, date(2026, 3, 9))
        .set(Customer::WEBSITE, "https://example.com")
        .set(Customer::REMARKS, "Rings twice.\nPrefers the evening.")
        .set(Customer::LOCATION, &location)
        .set(Customer::BIRTHDAY, date(1990, 12, 31))
        .set(Customer::LOGO, &logo);
    let ann = Customer::create(knack, &new).await?;
    show(Customer::NAME, &ann.name);
    show(Customer::EMAIL, &ann.email.address);
    show(Customer::PHONE, &ann.phone);
    show(Customer::COMPANY, &ann.company);
    show(Customer::SORT, &ann.sort);
    show(Customer::NEWSLETTER, ann.newsletter);
    show(Customer::SINCE, ann.since);
    show(Customer::WEBSITE, ann.website.as_ref().map(|site| &site.url));
    show(Customer::REMARKS, &ann.remarks);
    show(Customer::LOCATION, &ann.location);
    show(Customer::BIRTHDAY, ann.birthday);
    show(Customer::LOGO, &ann.logo);
    show(Customer::GREETING, &ann.greeting);
    show(Customer::ORDERS, ann.orders);
    show(Customer::REVENUE, ann.revenue);

    check(ann.name == name && ann.email.address == "ann.berg@example.com", "name and e-mail as written")?;
    let phone = ann.phone.as_ref().ok_or("no phone")?;
    check(phone.formatted == "(555) 010-1234" && phone.area.as_deref() == Some("555"), "Knack formats it")?;
    check(ann.company.as_deref() == Some("Berg & Daughters \"Wheels\" 🚲"), "text of all sorts")?;
    check(ann.sort == Some(CustomerSort::Business) && ann.newsletter, "choice and yes/no")?;
    check(ann.website.is_some_and(|site| site.url == "https://example.com"), "the website")?;
    check(ann.since == Some(date(2026, 3, 9)) && ann.birthday == Some(date(1990, 12, 31)), "both dates")?;
    check(ann.remarks.as_deref() == Some("Rings twice.\nPrefers the evening."), "lines")?;
    check(ann.location.as_ref() == Some(&location) && ann.logo == Some(logo), "location and logo")?;
    check(ann.greeting == "Dear Ann Berg" && ann.orders == 0, "computed")?;

    println!("  An option of the field that the enum does not name, and an empty field:");
    let patch = Patch::new().set(Customer::SORT, "Club").clear(Customer::COMPANY);
    let changed = Customer::update(knack, ann.id, patch).await?;
    show(Customer::SORT, &changed.sort);
    show(Customer::COMPANY, &changed.company);
    check(changed.sort == Some(CustomerSort::Other("Club".into())), "`Other` takes it")?;
    check(changed.company.is_none() && changed.phone.is_some(), "cleared, and nothing else")?;
    Ok(ann.id)
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_3")]
struct Employee {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_20", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_23", kind = "multiple_choice")]
    skills: Vec<String>,
    #[knack(key = "field_24", kind = "currency")]
    rate: Option<Decimal>,
    #[knack(key = "field_90", kind = "rich_text")]
    profile: Option<String>,
    #[knack(key = "field_91", kind = "image")]
    photo: Option<UploadedFile>,
    #[knack(key = "field_92", kind = "date_time")]
    shift_begins: Option<Time>,
}

async fn employee(knack: &Client) -> Outcome {
    heading("An employee");
    let first =
        Employee::list(knack).filter(Employee::PHOTO.is_not_blank()).first().await?.ok_or("nobody")?;
    let rate = Decimal::new(2_750, 2);
    let patch = Patch::new()
        .set(Employee::SKILLS, ["Wheels", "E-Bikes"])
        .set(Employee::RATE, rate)
        .set(Employee::PROFILE, "<p>Rides a <em>plum</em> bike.</p>")
        .set(Employee::SHIFT_BEGINS, time(7, 45, 0, 0));
    let employee = Employee::update(knack, first.id, patch).await?;
    show(Employee::NAME, &employee.name);
    show(Employee::SKILLS, &employee.skills);
    show(Employee::RATE, employee.rate);
    show(Employee::PROFILE, &employee.profile);
    show(Employee::PHOTO, employee.photo.as_ref().map(|photo| (&photo.filename, photo.size)));
    show(Employee::SHIFT_BEGINS, employee.shift_begins);
    check(employee.skills == ["Wheels", "E-Bikes"] && employee.rate == Some(rate), "choices and money")?;
    check(
        employee.shift_begins == Some(time(7, 45, 0, 0)) && employee.photo == first.photo,
        "time and photo",
    )?;
    check(employee.profile.as_deref() == Some("<p>Rides a <em>plum</em> bike.</p>"), "markup as written")
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_4")]
struct Product {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_33", kind = "currency")]
    price: Option<Decimal>,
    #[knack(key = "field_34", kind = "number")]
    weight: Option<f64>,
    #[knack(key = "field_35", kind = "number")]
    in_stock: Option<i64>,
    #[knack(key = "field_100", kind = "file")]
    data_sheet: Option<UploadedFile>,
    #[knack(key = "field_102", kind = "sum")]
    units_sold: u64,
    #[knack(key = "field_103", kind = "min")]
    smallest_sale: Option<u32>,
    #[knack(key = "field_104", kind = "max")]
    greatest_sale: Option<u32>,
    #[knack(key = "field_105", kind = "average")]
    average_sale: Option<f64>,
    #[knack(key = "field_106", kind = "equation")]
    stock_value: Decimal,
}

async fn product(knack: &Client) -> Outcome {
    heading("A product: numbers, exact and not, and totals over its sales");
    let sold = Product::UNITS_SOLD.higher_than(0) & Product::DATA_SHEET.is_not_blank();
    let first = Product::list(knack).filter(sold).first().await?.ok_or("no product")?;
    let price = Decimal::new(1_999, 2);
    let patch = Patch::new().set(Product::PRICE, price).set(Product::WEIGHT, 12.25).set(Product::IN_STOCK, 3);
    let product = Product::update(knack, first.id, patch).await?;
    show(Product::PRICE, product.price);
    show(Product::WEIGHT, product.weight);
    show(Product::IN_STOCK, product.in_stock);
    show(Product::DATA_SHEET, product.data_sheet.as_ref().map(|sheet| (&sheet.filename, sheet.size)));
    show(Product::UNITS_SOLD, product.units_sold);
    show(Product::SMALLEST_SALE, product.smallest_sale);
    show(Product::GREATEST_SALE, product.greatest_sale);
    show(Product::AVERAGE_SALE, product.average_sale);
    show(Product::STOCK_VALUE, product.stock_value);
    check(product.price == Some(price) && product.weight == Some(12.25), "price and weight")?;
    check(product.data_sheet == first.data_sheet, "the file is untouched")?;
    check(product.stock_value == Decimal::new(5_997, 2), "3 times 19.99, to the cent")?;
    let (least, most) = (product.smallest_sale.ok_or("no least")?, product.greatest_sale.ok_or("no most")?);
    let mean = product.average_sale.ok_or("no mean")?;
    check(f64::from(least) <= mean && mean <= f64::from(most), "the mean is between")
}

/// The time zone in the application's settings.
struct Workshop;

impl AppZone for Workshop {
    const NAME: &'static str = "Central Time (US & Canada)";
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_6")]
struct Order {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_40", kind = "auto_increment")]
    number: u64,
    #[knack(key = "field_41", kind = "connection", required)]
    customer: Link<Customer>,
    #[knack(key = "field_43", kind = "date_time")]
    placed: Option<InZone<Workshop>>,
    #[knack(key = "field_44", kind = "date_time")]
    due: Option<Date>,
    #[knack(key = "field_46", kind = "multiple_choice", required)]
    status: String,
    #[knack(key = "field_115", kind = "equation")]
    until_due: Option<SignedDuration>,
    #[knack(key = "field_116", kind = "equation")]
    reminder: Option<DateTime>,
    #[knack(key = "field_117", kind = "concatenation")]
    title: String,
    #[knack(key = "field_118", kind = "timer")]
    workshop_time: Option<WorkLog>,
}

async fn order(knack: &Client, customer: RecordId) -> Outcome {
    heading("An order: instants, equations with dates, a timer");
    let placed = date(2026, 7, 1).at(9, 30, 0, 0).in_tz("America/Chicago")?;
    let day = date(2026, 7, 2);
    let log = WorkLog::new([
        (day.at(8, 0, 0, 0), day.at(12, 0, 0, 0)),
        (day.at(13, 0, 0, 0), day.at(14, 30, 0, 0)),
    ]);
    let new = Patch::<Order>::new()
        .set(Order::CUSTOMER, customer)
        .set(Order::STATUS, "Ready")
        .set(Order::PLACED, InZone::<Workshop>::from(placed.clone()))
        .set(Order::DUE, date(2026, 7, 10))
        .set(Order::WORKSHOP_TIME, &log);
    let order = Order::create(knack, &new).await?;
    show(Order::NUMBER, order.number);
    show(Order::CUSTOMER, &order.customer);
    show(Order::PLACED, &order.placed);
    show(Order::DUE, order.due);
    show(Order::STATUS, &order.status);
    show(Order::UNTIL_DUE, order.until_due);
    show(Order::REMINDER, order.reminder);
    show(Order::TITLE, &order.title);
    show(Order::WORKSHOP_TIME, order.workshop_time.as_ref().map(WorkLog::total));
    let instant = order.placed.as_ref().map(|placed| placed.timestamp());
    check(instant == Some("2026-07-01T14:30:00Z".parse()?), "half past nine in Chicago")?;
    check(order.workshop_time.as_ref() == Some(&log) && log.total().as_mins() == 330, "the timer")?;
    check(order.customer.id() == customer && order.customer.label().is_some(), "linked, with a label")?;
    check(order.title.ends_with("for Ann Berg"), "the title")?;
    check(order.until_due.is_some() && order.reminder.is_some(), "equations")?;
    Order::delete(knack, order.id).await?;

    println!("  In this night of March half past two never was; an instant says so before it is sent:");
    let gap = date(2026, 3, 8).at(2, 30, 0, 0);
    let zone: knack_runtime::zone::Zone = Workshop::NAME.parse()?;
    let refused = zone.instant(gap, knack_runtime::zone::Disambiguation::Reject);
    println!("    {}", refused.as_ref().err().map(ToString::to_string).unwrap_or_default());
    check(refused.is_err(), "a gap is no instant")
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_9")]
struct Delivery {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_72", kind = "date_time")]
    window: Option<Period>,
    #[knack(key = "field_73", kind = "connection")]
    crew: Vec<Link<Employee>>,
    #[knack(key = "field_77", kind = "rating")]
    satisfaction: Option<f64>,
    #[knack(key = "field_131", kind = "signature")]
    received_by: Option<Drawing>,
}

async fn delivery(knack: &Client) -> Outcome {
    heading("A delivery: a period that is repeated, stars, a signature");
    let first = Delivery::list(knack).first().await?.ok_or("no delivery")?;
    let start = date(2026, 3, 10);
    let window = Period {
        repeat: Some(Repeat {
            interval: 2,
            weekdays: vec![Weekday::Tuesday, Weekday::Thursday],
            ends: Ends::After(20),
            start: Some(start),
            ..Repeat::every(Frequency::Weekly)
        }),
        ..Period::between(start.at(18, 0, 0, 0), start.at(20, 30, 0, 0))
    };
    let drawing =
        Drawing { base30: "5EZ445".into(), svg: "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".into() };
    let patch = Patch::new()
        .set(Delivery::WINDOW, &window)
        .set(Delivery::SATISFACTION, 4.5)
        .set(Delivery::RECEIVED_BY, &drawing);
    let delivery = Delivery::update(knack, first.id, patch).await?;
    let read = delivery.window.as_ref().ok_or("no window")?;
    show(Delivery::WINDOW, (read.start, read.end));
    show(Delivery::WINDOW, &read.repeat);
    show(Delivery::SATISFACTION, delivery.satisfaction);
    show(Delivery::RECEIVED_BY, &delivery.received_by);
    check(read == &window, "the period with its repetition")?;
    check(delivery.satisfaction == Some(4.5) && delivery.received_by == Some(drawing), "stars and signature")
}

#[derive(Debug, KnackObject)]
#[knack(object = "object_10")]
struct Account {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_140", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_144", kind = "user_roles")]
    roles: Vec<ProfileKey>,
    // The column of the object, which every object of users has.
    #[knack(key = "account_status", kind = "multiple_choice")]
    status: Option<AccountStatus>,
}

/// A password can be written and is never read: only a new record has it.
#[derive(KnackObject)]
#[knack(object = "object_10", create)]
struct NewAccount {
    #[knack(key = "field_140", kind = "name", required)]
    name: PersonName,
    #[knack(key = "field_141", kind = "email", required)]
    email: EmailAddress,
    #[knack(key = "field_142", kind = "password", required)]
    password: String,
    #[knack(key = "field_144", kind = "user_roles")]
    roles: Option<Vec<ProfileKey>>,
}

async fn account(knack: &Client) -> Outcome {
    heading("An account: roles, a status, and a password that does not come back");
    let roles = vec![ProfileKey::new(11), ProfileKey::new(12)];
    let new = NewAccount {
        name: PersonName::new("Ann", "Berg"),
        email: "ann@workshop.example.com".into(),
        password: "long enough, and kept nowhere".into(),
        roles: Some(roles.clone()),
    };
    let account = Account::create(knack, &new).await?;
    show(Account::NAME, &account.name);
    show(Account::ROLES, &account.roles);
    show(Account::STATUS, &account.status);
    check(account.name == new.name && account.roles == roles, "name and roles")?;
    let known = Account::list(knack).all().await?;
    check(known.iter().any(|other| other.status == Some(AccountStatus::Active)), "somebody may log in")?;
    Account::delete(knack, account.id).await?;
    Ok(())
}

async fn links(knack: &Client) -> Outcome {
    heading("Connections: id and label come along, the record does not");
    let orders = Order::list(knack).rows_per_page(100).pages().next().await.ok_or("no page")??;
    let orders: Vec<Order> = orders.records.into_iter().filter_map(|order| order.result.ok()).collect();
    let resolve = Link::resolve(knack, orders.iter().map(|order| &order.customer));
    println!(
        "  {} orders lead to {} customers; to read them costs {} calls",
        orders.len(),
        resolve.records(),
        resolve.calls()
    );
    check(resolve.calls() <= 2, "50 records a call")?;
    let customers = resolve.await?;
    for order in orders.iter().take(3) {
        let customer = customers.get(&order.customer).ok_or("a customer is missing")?;
        println!(
            "    order {:<5} label {:<20} record {} <{}>",
            order.number,
            order.customer.label().unwrap_or("?"),
            customer.name,
            customer.email
        );
    }
    check(customers.missing().is_empty(), "all are there")?;

    let delivery =
        Delivery::list(knack).filter(Delivery::CREW.is_blank()).first().await?.ok_or("no delivery")?;
    let mut employees = Employee::list(knack).stream();
    let first = employees.next().await.ok_or("no employee")??.id;
    let second = employees.next().await.ok_or("one employee")??.id;
    println!("  Knack replaces the whole set of connections; to add or take one is to read and to write:");
    let added = Delivery::connect(knack, delivery.id, Delivery::CREW, &[first, second]).await?;
    let left = Delivery::disconnect(knack, delivery.id, Delivery::CREW, &[first]).await?;
    println!("    {} at first, {} connected, {} left", delivery.crew.len(), added.len(), left.len());
    check(added == [first, second] && left == [second], "connected and disconnected")?;
    let read = Delivery::get(knack, delivery.id).await?;
    show(Delivery::CREW, &read.crew);
    check(read.crew.iter().map(Link::id).eq(left), "read back")
}

/// What a page shows, and a field of a kind that this version does not know.
#[derive(Debug, KnackObject)]
#[knack(object = "object_1")]
struct Shown {
    #[knack(key = "field_2", kind = "email", required)]
    email: Html,
    #[knack(key = "field_80", kind = "unknown")]
    location: Option<Json>,
}

async fn shown_and_unknown(knack: &Client, customer: RecordId) -> Outcome {
    heading("Markup on request, and a kind that is not known");
    let ann = Shown::list(knack)
        .filter(Shown::EMAIL.is("ann.berg@example.com"))
        .format(Format::Both)
        .first()
        .await?;
    let ann = ann.ok_or("Ann is not found")?;
    show(Shown::EMAIL, ann.email.untrusted());
    println!("    (untrusted: made of what visitors wrote; put it on no page unchecked)");
    show(Shown::LOCATION, ann.location.as_ref().map(Json::as_str));
    check(ann.email.untrusted().starts_with("<a href="), "a link to mail to")?;
    check(ann.location.is_some_and(|json| json.as_str().contains("Mill Lane")), "as it came")?;
    Customer::delete(knack, customer).await?;
    println!("\nall as it should be");
    Ok(())
}

fn heading(text: &str) {
    println!("\n{text}");
}

/// One line: the kind as Knack's people say it, the struct's field, its Rust value.
fn show<O, K, N>(field: Field<O, K, N>, value: impl Debug) {
    println!("    {:<16} {:<14} {value:?}", field.def().kind().to_string(), field.def().name());
}

fn check(holds: bool, what: &str) -> Outcome {
    if holds { Ok(()) } else { Err(format!("not so: {what}").into()) }
}
