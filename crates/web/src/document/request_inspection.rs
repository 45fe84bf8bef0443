//! How requests to sign in or up are written. Kept and answered.

use bartizan_wire::Shape;
use serde::Serialize;

/// How a request to sign in is written.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RequestInspection {
    /// How the body is written.
    pub payload_type: PayloadType,
    /// Where the user's name is.
    pub username_field: UsernameField,
    /// Where the password is.
    pub password_field: PasswordField,
}

/// How a request for a new account is written.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RequestInspectionACFP")]
pub struct RequestInspectionAcfp {
    /// How the body is written.
    pub payload_type: PayloadType,
    /// Where the user's name is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_field: Option<UsernameField>,
    /// Where the password is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_field: Option<PasswordField>,
    /// Where the mail address is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_field: Option<EmailField>,
    /// Where phone numbers are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_fields: Option<Vec<PhoneNumberField>>,
    /// Where postal addresses are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_fields: Option<Vec<AddressField>>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PayloadType {
    /// JSON.
    Json,
    /// A form.
    FormEncoded,
}

/// Where the user's name is.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UsernameField {
    /// Where it is in the request.
    #[shape(length = 1..=512, pattern = r".*\S.*")]
    pub identifier: String,
}

/// Where the password is.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PasswordField {
    /// Where it is in the request.
    #[shape(length = 1..=512, pattern = r".*\S.*")]
    pub identifier: String,
}

/// Where the mail address is.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EmailField {
    /// Where it is in the request.
    #[shape(length = 1..=512, pattern = r".*\S.*")]
    pub identifier: String,
}

/// Where a phone number is.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PhoneNumberField {
    /// Where it is in the request.
    #[shape(length = 1..=512, pattern = r".*\S.*")]
    pub identifier: String,
}

/// Where a postal address is.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddressField {
    /// Where it is in the request.
    #[shape(length = 1..=512, pattern = r".*\S.*")]
    pub identifier: String,
}
