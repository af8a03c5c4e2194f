//! Telephone numbers, addresses and links by serde derive.

use knack_core::value::{Coordinates, PhoneNumber, PostalAddress, WebAddress};
use serde::Deserialize;

use crate::Failure;
use crate::decode::by_serde::{Parted, number};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PhoneParts {
    formatted: String,
    full: String,
    country: Option<String>,
    area: Option<String>,
    ext: Option<String>,
}

impl Parted<'_> for PhoneNumber {
    type Parts = PhoneParts;

    fn from_parts(parts: PhoneParts) -> Result<Option<Self>, Failure> {
        let PhoneParts { formatted, full: digits, country, area, ext: extension } = parts;
        Ok(Some(Self { formatted, digits, country, area, extension }))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AddressParts {
    street: String,
    // Knack sends `null` here now and then.
    street2: Option<String>,
    city: String,
    state: String,
    zip: String,
    country: String,
    #[serde(deserialize_with = "number")]
    latitude: Option<f64>,
    #[serde(deserialize_with = "number")]
    longitude: Option<f64>,
}

impl Parted<'_> for PostalAddress {
    type Parts = AddressParts;

    fn from_parts(parts: AddressParts) -> Result<Option<Self>, Failure> {
        let AddressParts { street, street2, city, state, zip, country, latitude, longitude } = parts;
        let coordinates =
            latitude.zip(longitude).map(|(latitude, longitude)| Coordinates { latitude, longitude });
        Ok(Some(Self {
            street,
            street2: street2.unwrap_or_default(),
            city,
            state,
            zip,
            country,
            coordinates,
        }))
    }
}

#[derive(Deserialize)]
pub(crate) struct LinkParts {
    url: String,
    #[serde(default)]
    label: Option<String>,
}

impl Parted<'_> for WebAddress {
    type Parts = LinkParts;

    fn from_parts(LinkParts { url, label }: LinkParts) -> Result<Option<Self>, Failure> {
        Ok((!url.is_empty()).then_some(Self { url, label }))
    }
}
