//! Telephone numbers, postal addresses and links to web pages.

use std::fmt;

use crate::cell::{Cell, ValueError};
use crate::kind::{Address, Phone, WebLink};
use crate::value::{FromField, ToField, filled};
use crate::write::ValueWriter;

/// A telephone number: as it is shown, and in the parts that Knack finds in it.
///
/// What is written is the number as it is shown, or its digits if that is empty, and the extension; Knack makes
/// the parts anew. Without either it is no number, and is refused: to empty the field, clear it.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, PhoneNumber};
///
/// let sent = br#"{"area":"555","number":"0101234","full":"5550101234","formatted":"(555) 010-1234"}"#;
/// let phone = PhoneNumber::from_field(Cell::new(sent))?;
/// assert_eq!((phone.to_string().as_str(), phone.digits.as_str()), ("(555) 010-1234", "5550101234"));
/// assert_eq!(PhoneNumber::from("555 010-1234").digits, "5550101234");
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    /// `(555) 010-1234`, in the field's format.
    pub formatted: String,
    /// The digits alone.
    pub digits: String,
    /// The country code, where the field's format has one.
    pub country: Option<String>,
    /// The area code, where the field's format has one.
    pub area: Option<String>,
    /// The extension, where the field has one.
    pub extension: Option<String>,
}

impl From<&str> for PhoneNumber {
    fn from(number: &str) -> Self {
        number.to_owned().into()
    }
}

impl From<String> for PhoneNumber {
    fn from(number: String) -> Self {
        let digits = number.chars().filter(char::is_ascii_digit).collect();
        Self { formatted: number, digits, ..Self::default() }
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.formatted)
    }
}

/// The text of a part that is filled.
fn part(cell: Cell<'_>) -> Result<Option<String>, ValueError> {
    if cell.is_empty() { Ok(None) } else { cell.text().map(|text| Some(text.into_owned())) }
}

impl FromField<Phone> for PhoneNumber {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if !filled(cell)?.is_object() {
            return cell.text().map(|number| number.into_owned().into());
        }
        let (mut phone, mut full, mut number) = (Self::default(), None, None);
        for (key, value) in cell.entries() {
            match &*key {
                b"formatted" => phone.formatted = part(value)?.unwrap_or_default(),
                b"full" => full = part(value)?,
                b"number" => number = part(value)?,
                b"country" => phone.country = part(value)?,
                b"area" => phone.area = part(value)?,
                b"ext" => phone.extension = part(value)?,
                _ => {}
            }
        }
        phone.digits = full.or(number).unwrap_or_default();
        if phone.formatted.is_empty() {
            phone.formatted.clone_from(&phone.digits);
        }
        if phone.formatted.is_empty() {
            return Err(ValueError::new("is no telephone number"));
        }
        Ok(phone)
    }
}

impl FromField<Phone> for String {
    /// The number as it is shown; an empty field gives an empty text.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() {
            Ok(Self::new())
        } else {
            PhoneNumber::from_field(cell).map(|phone| phone.formatted)
        }
    }
}

impl ToField<Phone> for PhoneNumber {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let number = [&self.formatted, &self.digits].into_iter().find(|number| !number.is_empty());
        let number = number.ok_or_else(|| {
            ValueError::new("has neither `formatted` nor `digits`; to empty the field, clear it")
        })?;
        let Some(extension) = &self.extension else {
            out.text(number);
            return Ok(());
        };
        out.object(|out| {
            out.entry("full", |out| out.text(number));
            out.entry("ext", |out| out.text(extension));
        });
        Ok(())
    }
}

/// A place on the map, in degrees: north and east are positive.
///
/// ```
/// use knack_core::value::Coordinates;
///
/// let oslo = Coordinates { latitude: 59.91, longitude: 10.75 };
/// assert_eq!(oslo.to_string(), "59.91, 10.75");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// From -90 to 90.
    pub latitude: f64,
    /// From -180 to 180.
    pub longitude: f64,
}

impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.latitude, self.longitude)
    }
}

/// A postal address, a place on the map, or both; a part that is not filled is empty, and is not sent.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, PostalAddress};
///
/// let sent = br#"{"street":"1 Mill Lane","street2":null,"city":"Ely","latitude":"52.4","longitude":0.26}"#;
/// let address = PostalAddress::from_field(Cell::new(sent))?;
/// assert_eq!(address.to_string(), "1 Mill Lane, Ely");
/// assert_eq!(address.coordinates.unwrap().latitude, 52.4);
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PostalAddress {
    /// Street and number.
    pub street: String,
    /// The second line of it.
    pub street2: String,
    /// The city.
    pub city: String,
    /// The state, province or region.
    pub state: String,
    /// The postal code.
    pub zip: String,
    /// The country, where the field has one.
    pub country: String,
    /// The place on the map, where it is known.
    pub coordinates: Option<Coordinates>,
}

impl PostalAddress {
    fn parts(&self) -> [(&'static str, &str); 6] {
        [
            ("street", &self.street),
            ("street2", &self.street2),
            ("city", &self.city),
            ("state", &self.state),
            ("zip", &self.zip),
            ("country", &self.country),
        ]
    }
}

impl fmt::Display for PostalAddress {
    /// The parts that are filled, with commas; the place on the map if there is nothing else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filled: Vec<_> =
            self.parts().into_iter().map(|(_, part)| part).filter(|part| !part.is_empty()).collect();
        match (&*filled, self.coordinates) {
            ([], Some(coordinates)) => coordinates.fmt(f),
            (parts, _) => f.write_str(&parts.join(", ")),
        }
    }
}

impl FromField<Address> for PostalAddress {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if !filled(cell)?.is_object() {
            return Err(ValueError::new("is no address in parts"));
        }
        let (mut address, mut latitude, mut longitude) = (Self::default(), None, None);
        for (key, value) in cell.entries() {
            let place = match &*key {
                b"street" => &mut address.street,
                b"street2" => &mut address.street2,
                b"city" => &mut address.city,
                b"state" => &mut address.state,
                b"zip" => &mut address.zip,
                b"country" => &mut address.country,
                b"latitude" => {
                    latitude = degrees(value)?;
                    continue;
                }
                b"longitude" => {
                    longitude = degrees(value)?;
                    continue;
                }
                _ => continue,
            };
            *place = part(value)?.unwrap_or_default();
        }
        address.coordinates =
            latitude.zip(longitude).map(|(latitude, longitude)| Coordinates { latitude, longitude });
        if address == Self::default() { Err(ValueError::new("is no address in parts")) } else { Ok(address) }
    }
}

/// A number of degrees, which comes as a number or as text.
fn degrees(cell: Cell<'_>) -> Result<Option<f64>, ValueError> {
    if cell.is_empty() {
        return Ok(None);
    }
    match cell.number()?.parse::<f64>() {
        Ok(degrees) if degrees.is_finite() => Ok(Some(degrees)),
        _ => Err(ValueError::new("has a latitude or longitude that is no number")),
    }
}

impl FromField<Address> for String {
    /// The parts in one line; an empty field gives an empty text.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() {
            Ok(Self::new())
        } else {
            PostalAddress::from_field(cell).map(|address| address.to_string())
        }
    }
}

impl FromField<Address> for Coordinates {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        let address = PostalAddress::from_field(cell)?;
        address.coordinates.ok_or_else(|| ValueError::new("is an address without a place on the map"))
    }
}

fn on_the_map(coordinates: Coordinates) -> Result<Coordinates, ValueError> {
    let Coordinates { latitude, longitude } = coordinates;
    if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) {
        Ok(coordinates)
    } else {
        Err(ValueError::new(format!("is at {coordinates}, which is no place on the map")))
    }
}

impl ToField<Address> for PostalAddress {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        let coordinates = self.coordinates.map(on_the_map).transpose()?;
        out.object(|out| {
            for (key, part) in self.parts().into_iter().filter(|(_, part)| !part.is_empty()) {
                out.entry(key, |out| out.text(part));
            }
            if let Some(Coordinates { latitude, longitude }) = coordinates {
                out.entry("latitude", |out| out.number(latitude));
                out.entry("longitude", |out| out.number(longitude));
            }
        });
        Ok(())
    }
}

impl ToField<Address> for Coordinates {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        PostalAddress { coordinates: Some(*self), ..PostalAddress::default() }.to_field(out)
    }
}

/// A link to a web page and the text that a page shows for it.
///
/// Source: docs.knack.com/docs/working-with-fields.
///
/// ```
/// use knack_core::cell::Cell;
/// use knack_core::value::{FromField, WebAddress};
///
/// let sent = br#"{"url":"https://example.com","label":"Shop"}"#;
/// let shop = WebAddress::from_field(Cell::new(sent))?;
/// assert_eq!((shop.url.as_str(), shop.label.as_deref()), ("https://example.com", Some("Shop")));
/// # Ok::<(), knack_core::cell::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WebAddress {
    /// The address. Not checked: it is what a visitor may have typed, `javascript:` included.
    pub url: String,
    /// The text of the link, where the field is set to have one for each record.
    pub label: Option<String>,
}

impl From<&str> for WebAddress {
    fn from(url: &str) -> Self {
        url.to_owned().into()
    }
}

impl From<String> for WebAddress {
    fn from(url: String) -> Self {
        Self { url, label: None }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl FromField<WebLink> for WebAddress {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if !filled(cell)?.is_object() {
            return cell.text().map(|url| url.into_owned().into());
        }
        let mut link = Self::default();
        for (key, value) in cell.entries() {
            match &*key {
                b"url" => link.url = part(value)?.unwrap_or_default(),
                b"label" => link.label = part(value)?,
                _ => {}
            }
        }
        if link == Self::default() { Err(ValueError::new("is no link")) } else { Ok(link) }
    }
}

impl FromField<WebLink> for String {
    /// The address alone; an empty field gives an empty text.
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        if cell.is_empty() { Ok(Self::new()) } else { WebAddress::from_field(cell).map(|link| link.url) }
    }
}

impl ToField<WebLink> for WebAddress {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| {
            out.entry("url", |out| out.text(&self.url));
            if let Some(label) = &self.label {
                out.entry("label", |out| out.text(label));
            }
        });
        Ok(())
    }
}

impl ToField<WebLink> for str {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.object(|out| out.entry("url", |out| out.text(self)));
        Ok(())
    }
}

impl ToField<WebLink> for String {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        <str as ToField<WebLink>>::to_field(self, out)
    }
}

macro_rules! text_writable {
    ($($kind:ident)*) => {
        $(
            impl ToField<$kind> for str {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(self);
                    Ok(())
                }
            }

            impl ToField<$kind> for String {
                fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
                    out.text(self);
                    Ok(())
                }
            }
        )*
    };
}

text_writable!(Phone);

#[cfg(test)]
mod tests {
    use super::*;

    fn written<K: crate::kind::Writable>(value: &impl ToField<K>) -> Result<String, ValueError> {
        let mut json = String::new();
        value.to_field(&mut ValueWriter::new(&mut json)).map(|()| json)
    }

    #[test]
    fn phones() {
        let read = |json: &str| PhoneNumber::from_field(Cell::new(json.as_bytes()));
        let foreign = read(
            r#"{"country":"99","area":"999","number":"999999","full":"99999999999","formatted":"+99 999 999 999"}"#,
        );
        assert_eq!(foreign.unwrap().country.as_deref(), Some("99"));
        assert_eq!(read(r#"{"full":"5550101234"}"#).unwrap().formatted, "5550101234");
        assert_eq!(read("\"555-0101\"").unwrap().digits, "5550101");
        assert!(read(r#"{"ext":"7"}"#).is_err());
        let extended = PhoneNumber { extension: Some("7".into()), ..PhoneNumber::from("555-0101") };
        assert_eq!(written::<Phone>(&extended).unwrap(), r#"{"full":"555-0101","ext":"7"}"#);
        assert_eq!(written::<Phone>(&PhoneNumber::from("555-0101")).unwrap(), "\"555-0101\"");
        let digits = PhoneNumber { digits: "5551234".into(), ..PhoneNumber::default() };
        assert_eq!(written::<Phone>(&digits).unwrap(), "\"5551234\"");
        let extended = PhoneNumber { extension: Some("7".into()), ..digits };
        assert_eq!(written::<Phone>(&extended).unwrap(), r#"{"full":"5551234","ext":"7"}"#);
        let none = PhoneNumber { extension: Some("7".into()), ..PhoneNumber::default() };
        assert!(written::<Phone>(&none).unwrap_err().to_string().contains("clear it"));
    }

    #[test]
    fn links() {
        let read = |json: &str| WebAddress::from_field(Cell::new(json.as_bytes()));
        assert_eq!(read("\"https://example.com\"").unwrap(), WebAddress::from("https://example.com"));
        assert_eq!(read(r#"{"url":"","label":"Shop"}"#).unwrap().label.as_deref(), Some("Shop"));
        assert_eq!(read(r#"{"href":"https://example.com"}"#).unwrap_err().to_string(), "is no link");
    }

    #[test]
    fn addresses() {
        let read = |json: &str| PostalAddress::from_field(Cell::new(json.as_bytes()));
        assert_eq!(read(r#"{"city":"Ely","latitude":""}"#).unwrap().coordinates, None);
        assert_eq!(read(r#"{"latitude":10,"longitude":"-7.5"}"#).unwrap().to_string(), "10, -7.5");
        assert!(read(r#"{"latitude":"north","longitude":1}"#).is_err());
        for whole in ["\"1 Mill Lane\"", r#"{"full":"1 Mill Lane"}"#, r#"{"street":"","latitude":10}"#] {
            assert!(read(whole).unwrap_err().to_string().contains("parts"), "{whole}");
        }
        let pole = Coordinates { latitude: 91.0, longitude: 0.0 };
        assert!(written::<Address>(&pole).unwrap_err().to_string().contains("no place on the map"));
        assert!(written::<Address>(&Coordinates { latitude: f64::NAN, longitude: 0.0 }).is_err());
        let ely = PostalAddress { city: "Ely".into(), ..PostalAddress::default() };
        assert_eq!(written::<Address>(&ely).unwrap(), r#"{"city":"Ely"}"#);
    }
}
