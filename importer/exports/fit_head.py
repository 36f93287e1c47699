"""The first messages of a FIT file: who wrote it, what its developer fields mean, what recorded the session and supplied its speed.

Conventions: the file is written in this program's name, the recording device is named beside it; no serial number is ever written.
What supplied the speed is said as a watch says it (message 22), so that a speed that a watch made of cadence stays one.
"""

from __future__ import annotations

from typing import Final

from importer.exports.fit_channels import DIRECTION, RECORDED_LAP, added_columns
from importer.exports.fit_fields import BASES
from importer.exports.fit_writer import FitWriter, Value
from importer.exports.wording import written
from importer.values.activity import EXPORTER, Activity, SpeedBasis

#: the application that describes our developer fields: chosen once
APPLICATION: Final = bytes.fromhex("eb6871a7a8464b378d871ccc591ad288")
#: manufacturer of those who have no number
_DEVELOPMENT: Final = 255
_PRODUCT: Final = 1
_ACTIVITY_FILE: Final = 4
_LOCAL: Final = 5
#: what supplied the speed: device type and source type. Source: FIT profile, antplus_device_type, local_device_type, source_type
_SUPPLIERS: Final[dict[SpeedBasis, tuple[int, int | None]]] = {
    SpeedBasis.BELT: (17, None),
    SpeedBasis.FOOTPOD: (124, None),
    SpeedBasis.WATCH_MODEL: (3, _LOCAL),
}


def write_head(fit: FitWriter, activity: Activity, *, start: int) -> None:
    """Write what stands before the samples, at `start`, FIT seconds."""
    made_by: dict[str, Value] = {"manufacturer": _DEVELOPMENT, "product_name": EXPORTER}
    fit.message("file_id", {"type": _ACTIVITY_FILE, **made_by, "product": _PRODUCT, "time_created": start})
    fit.message("developer_data_id", {"application_id": APPLICATION, "manufacturer_id": _DEVELOPMENT, "developer_data_index": 0})
    for added in (DIRECTION, RECORDED_LAP, *added_columns(activity.columns)):
        described: dict[str, Value] = {"developer_data_index": 0, "field_definition_number": added.number}
        described |= {"fit_base_type_id": BASES[added.base].number, "field_name": added.name, "units": added.units}
        fit.message("field_description", described)
    fit.message("device_info", {"timestamp": start, "device_index": 0, **made_by})
    device = activity.device
    name = written(" ".join(word for word in (device.manufacturer, device.product) if word is not None))
    kind, source = _SUPPLIERS.get(activity.speed_basis, (None, None))
    if name or kind is not None:
        told: dict[str, Value] = {"timestamp": start, "device_index": 1, "device_type": kind, "source_type": source}
        fit.message("device_info", {**told, "product_name": name or None})
    if kind is not None:
        fit.message("device_used", {"timestamp": start, "speed": 1})
