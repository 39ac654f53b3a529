//! Go values with methods that functions return: times, durations, versions.

use std::any::Any;

use pintle_go_semver::{Version, VersionError};
use pintle_go_template::Arg;
use pintle_go_time::{Duration, Month, Time, Weekday};
use pintle_go_value::{Heap, IntKind, Method, Object, Type, UintKind, Value};

const TIME: Type = Type::Struct("time.Time");
const LOCATION: Type = Type::Struct("time.Location");
const DURATION: Type = Type::Named("time.Duration", &Type::INT64);
const MONTH: Type = Type::Named("time.Month", &Type::INT);
const WEEKDAY: Type = Type::Named("time.Weekday", &Type::INT);
const VERSION: Type = Type::Pointer(&Type::Struct("semver.Version"));
const VERSION_VALUE: Type = Type::Struct("semver.Version");

const NO_ARGS: Method = Method { params: &[], variadic: false };
const ONE_STRING: Method = Method { params: &[Type::String], variadic: false };
const ONE_TIME: Method = Method { params: &[TIME], variadic: false };
const ONE_DURATION: Method = Method { params: &[DURATION], variadic: false };
const THREE_INTS: Method = Method { params: &[Type::INT, Type::INT, Type::INT], variadic: false };
const ONE_VERSION: Method = Method { params: &[VERSION], variadic: false };

/// `time.Time`
#[derive(Debug, Clone)]
pub struct TimeObject(pub Time);

/// `time.Duration`
#[derive(Debug, Clone, Copy)]
pub struct DurationObject(pub Duration);

/// `time.Month`
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthObject(pub(crate) Month);

/// `time.Weekday`
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeekdayObject(pub(crate) Weekday);

/// `*semver.Version`, or `semver.Version` as the stepping methods give it.
#[derive(Debug, Clone)]
pub struct VersionObject {
    /// The version.
    pub version: Version,
    /// Whether this is the pointer.
    pub pointer: bool,
}

/// The time in a value, if there is one.
pub(crate) fn as_time(value: Value<'_>) -> Option<&Time> {
    let Value::Object(object) = value else { return None };
    let object: &dyn Any = object;
    object.downcast_ref::<TimeObject>().map(|TimeObject(time)| time)
}

fn as_duration(value: Option<&Value<'_>>) -> Duration {
    match value {
        Some(Value::Int(_, nanos)) => Duration(*nanos),
        Some(Value::Object(object)) => {
            let object: &dyn Any = *object;
            object.downcast_ref::<DurationObject>().map_or(Duration(0), |duration| duration.0)
        }
        _ => Duration(0),
    }
}

/// A `time.Time` parameter.
impl<'h> Arg<'h> for TimeObject {
    const TYPE: Type = TIME;

    fn from_value(value: Value<'h>) -> Self {
        TimeObject(as_time(value).cloned().unwrap_or_default())
    }
}

fn int<'h>(value: impl Into<i64>) -> Value<'h> {
    Value::int(value.into())
}

impl Object for TimeObject {
    fn ty(&self) -> &'static Type {
        &TIME
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        Some(match name {
            "Year" | "Month" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "YearDay"
            | "Weekday" | "Unix" | "UnixNano" | "UnixMilli" | "UnixMicro" | "IsZero" | "IsDST"
            | "UTC" | "Local" | "String" | "GoString" => &NO_ARGS,
            "Format" => &ONE_STRING,
            "After" | "Before" | "Equal" | "Compare" | "Sub" => &ONE_TIME,
            "Add" | "Round" | "Truncate" => &ONE_DURATION,
            "AddDate" => &THREE_INTS,
            _ => return None,
        })
    }

    fn call<'h>(
        &self,
        heap: &'h Heap,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        let time = &self.0;
        let other = || args.first().and_then(|arg| as_time(*arg)).cloned().unwrap_or_default();
        let number = |at: usize| match args.get(at) {
            Some(Value::Int(_, value)) => *value,
            _ => 0,
        };
        let object = |time: Time| heap.object(TimeObject(time));
        let (hour, minute, second) = time.clock();
        Ok(match name {
            "Year" => int(time.year()),
            "Month" => heap.object(MonthObject(time.month())),
            "Day" => int(time.day()),
            "Hour" => int(hour),
            "Minute" => int(minute),
            "Second" => int(second),
            "Nanosecond" => int(time.nanosecond()),
            "YearDay" => int(time.year_day()),
            "Weekday" => heap.object(WeekdayObject(time.weekday())),
            "Unix" => Value::int64(time.unix_seconds()),
            "UnixNano" => Value::int64(time.unix_nanos()),
            "UnixMilli" => Value::int64(time.unix_millis()),
            "UnixMicro" => Value::int64(time.unix_micros()),
            "IsZero" => Value::Bool(time.is_zero()),
            "IsDST" => Value::Bool(time.is_dst()),
            "UTC" => object(time.in_zone(pintle_go_time::Zone::Utc)),
            "Local" => object(time.in_zone(pintle_go_time::Zone::Local)),
            "String" => heap.string(time.to_string()),
            "GoString" => heap.string(time.go_string()),
            "Format" => {
                let layout = args.first().and_then(Value::as_bytes).unwrap_or_default();
                heap.string(time.format(layout))
            }
            "After" => Value::Bool(time.compare(&other()).is_gt()),
            "Before" => Value::Bool(time.compare(&other()).is_lt()),
            "Equal" => Value::Bool(time.compare(&other()).is_eq()),
            "Compare" => int(time.compare(&other()) as i8),
            "Sub" => heap.object(DurationObject(time.sub(&other()))),
            "Add" => object(time.add(as_duration(args.first()))),
            "Round" => object(time.round(as_duration(args.first()))),
            "Truncate" => object(time.truncate(as_duration(args.first()))),
            "AddDate" => object(time.add_date(number(0), number(1), number(2))),
            _ => return Err(format!("no method {name}")),
        })
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn go_text(&self) -> Option<String> {
        Some(self.0.go_string())
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        // Not exported, but printf with a verb for numbers sees them. A zone is told by its address,
        // and UTC has none.
        let zone = match self.0.zone() {
            pintle_go_time::Zone::Utc => Value::NilOf(&Type::Pointer(&LOCATION)),
            _ => heap.pointer(heap.structure(&LOCATION, &[])),
        };
        let fields = [
            ("wall", Value::Uint(UintKind::Uint64, u64::from(self.0.nanosecond()))),
            ("ext", Value::int64(self.0.seconds_since_year_one())),
            ("loc", zone),
        ];
        heap.structure(&TIME, &fields)
    }
}

impl Object for DurationObject {
    fn ty(&self) -> &'static Type {
        &DURATION
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        Some(match name {
            "String" | "Seconds" | "Minutes" | "Hours" | "Milliseconds" | "Microseconds"
            | "Nanoseconds" | "Abs" => &NO_ARGS,
            "Round" | "Truncate" => &ONE_DURATION,
            _ => return None,
        })
    }

    fn call<'h>(
        &self,
        heap: &'h Heap,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        let span = self.0;
        let object = |span: Duration| heap.object(DurationObject(span));
        Ok(match name {
            "String" => heap.string(span.to_string()),
            "Seconds" => Value::float64(span.seconds()),
            "Minutes" => Value::float64(span.minutes()),
            "Hours" => Value::float64(span.hours()),
            "Milliseconds" => Value::int64(span.milliseconds()),
            "Microseconds" => Value::int64(span.microseconds()),
            "Nanoseconds" => Value::int64(span.0),
            "Abs" => object(span.abs()),
            "Round" => object(span.round(as_duration(args.first()))),
            "Truncate" => object(span.truncate(as_duration(args.first()))),
            _ => return Err(format!("no method {name}")),
        })
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn plain<'h>(&self, _: &'h Heap) -> Value<'h> {
        Value::Int(IntKind::Int64, self.0.0)
    }
}

/// Named integers with a name of their own.
macro_rules! calendar_object {
    ($object:ident, $ty:ident) => {
        impl Object for $object {
            fn ty(&self) -> &'static Type {
                &$ty
            }

            fn method(&self, name: &str) -> Option<&'static Method> {
                (name == "String").then_some(&NO_ARGS)
            }

            fn call<'h>(
                &self,
                heap: &'h Heap,
                _: &str,
                _: &[Value<'h>],
            ) -> Result<Value<'h>, String> {
                Ok(heap.string(self.0.to_string()))
            }

            fn text(&self) -> Option<String> {
                Some(self.0.to_string())
            }

            fn plain<'h>(&self, _: &'h Heap) -> Value<'h> {
                int(self.0.0)
            }
        }
    };
}

calendar_object!(MonthObject, MONTH);
calendar_object!(WeekdayObject, WEEKDAY);

impl Object for VersionObject {
    fn ty(&self) -> &'static Type {
        if self.pointer { &VERSION } else { &VERSION_VALUE }
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        Some(match name {
            "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "String" | "IncPatch"
            | "IncMinor" | "IncMajor" => &NO_ARGS,
            "SetPrerelease" | "SetMetadata" => &ONE_STRING,
            // These have pointer receivers, and what a step returns is not addressable.
            "Original" if self.pointer => &NO_ARGS,
            "LessThan" | "LessThanEqual" | "GreaterThan" | "GreaterThanEqual" | "Equal"
            | "Compare"
                if self.pointer =>
            {
                &ONE_VERSION
            }
            _ => return None,
        })
    }

    fn call<'h>(
        &self,
        heap: &'h Heap,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        let version = &self.version;
        let number = |value: u64| Value::Uint(UintKind::Uint64, value);
        let stepped = |next: Result<Version, VersionError>| match next {
            Ok(version) => Ok(heap.object(VersionObject { version, pointer: false })),
            Err(error) => Err(error.to_string()),
        };
        let text = || {
            let bytes = args.first().and_then(Value::as_bytes).unwrap_or_default();
            String::from_utf8_lossy(bytes).into_owned()
        };
        Ok(match name {
            "Major" => number(version.major()),
            "Minor" => number(version.minor()),
            "Patch" => number(version.patch()),
            "Prerelease" => heap.string(version.prerelease()),
            "Metadata" => heap.string(version.metadata()),
            "String" => heap.string(version.to_string()),
            "Original" => heap.string(version.original()),
            "IncPatch" => stepped(version.inc_patch())?,
            "IncMinor" => stepped(version.inc_minor())?,
            "IncMajor" => stepped(version.inc_major())?,
            "SetPrerelease" => stepped(version.with_prerelease(&text()))?,
            "SetMetadata" => stepped(version.with_metadata(&text()))?,
            _ => return compared(version, name, args.first()),
        })
    }

    fn text(&self) -> Option<String> {
        Some(self.version.to_string())
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        let version = &self.version;
        let number = |value: u64| Value::Uint(UintKind::Uint64, value);
        // Not exported, but printf with a verb for numbers sees them.
        let fields = [
            ("major", number(version.major())),
            ("minor", number(version.minor())),
            ("patch", number(version.patch())),
            ("pre", heap.string(version.prerelease())),
            ("metadata", heap.string(version.metadata())),
            ("original", heap.string(version.original())),
        ];
        let fields = heap.structure(&VERSION_VALUE, &fields);
        if self.pointer { heap.pointer(fields) } else { fields }
    }

    fn copied<'h>(&self, heap: &'h Heap) -> Option<Value<'h>> {
        Some(heap.object(VersionObject { version: Version::default(), pointer: self.pointer }))
    }
}

fn compared<'h>(
    version: &Version,
    name: &str,
    other: Option<&Value<'h>>,
) -> Result<Value<'h>, String> {
    let other = match other {
        Some(Value::Object(object)) => {
            let object: &dyn Any = *object;
            object.downcast_ref::<VersionObject>()
        }
        _ => None,
    };
    let Some(other) = other else {
        if name == "Equal" {
            return Ok(Value::Bool(false));
        }
        return Err(crate::reflect::NIL_DEREFERENCE.to_owned());
    };
    let order = version.compare(&other.version);
    Ok(match name {
        "LessThan" => Value::Bool(order.is_lt()),
        "LessThanEqual" => Value::Bool(order.is_le()),
        "GreaterThan" => Value::Bool(order.is_gt()),
        "GreaterThanEqual" => Value::Bool(order.is_ge()),
        "Equal" => Value::Bool(order.is_eq()),
        "Compare" => int(order as i8),
        _ => return Err(format!("no method {name}")),
    })
}
