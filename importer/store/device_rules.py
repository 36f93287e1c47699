"""Whose recordings a device makes, for imports that do not say so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from importer.store import rows
from importer.store.athlete_records import DeviceRule, folded, rule_for
from importer.store.profiles import ProfileStore
from importer.store.schema_door import tables
from importer.values.activity import Device


class DeviceRuleStore(ProfileStore):
    """Reads and writes the rules that tell an athlete by the device."""

    def device_rules(self) -> tuple[DeviceRule, ...]:
        """Give all rules in the order in which they were made."""
        with self._read() as connection:
            return _rules(connection)

    def rule_of(self, device: Device) -> DeviceRule | None:
        """Give the rule that says whose recording a device made; None where none fits."""
        return rule_for(self.device_rules(), device)

    def add_device_rule(self, name: str, device: Device, *, now: datetime) -> tuple[DeviceRule, str | None]:
        """Make a rule: recordings of such a device are this athlete's; None of manufacturer, product or serial is any.

        Returns
        -------
        The rule, and whose such recordings were before where the same devices were already somebody's.

        Raises
        ------
        ValueError : the device says nothing.
        StoreError : there is no such athlete (code ``no-such-athlete``).
        """
        table = tables.device_rule
        row = {
            "manufacturer": folded(rows.clean(device.manufacturer or "")),
            "product": folded(rows.clean(device.product or "")),
            "serial": device.serial,
        }
        if not any(row.values()):
            raise ValueError("a rule needs a manufacturer, a product or a serial number")
        with self._write() as connection:
            athlete_id = self._athlete_id(connection, name)
            same = [table.c[name].is_not_distinct_from(value) for name, value in row.items()]
            before = connection.execute(select(tables.athlete.c.name).join(table).where(*same)).scalar()
            if before is None:
                connection.execute(insert(table), {**row, "athlete_id": athlete_id, "created_utc": now})
            else:
                connection.execute(update(table).where(*same).values(athlete_id=athlete_id))
            number = connection.execute(select(table.c.id).where(*same)).scalar_one()
            made = next(rule for rule in _rules(connection) if rule.id == number)
        return made, before

    def remove_device_rule(self, number: int) -> DeviceRule:
        """Remove a rule.

        Raises
        ------
        StoreError : there is no such rule (code ``no-such-rule``).
        """
        table = tables.device_rule
        with self._write() as connection:
            found = next((rule for rule in _rules(connection) if rule.id == number), None)
            if found is None:
                error = self._missing(f"device rule {number}", remedy="list them with: retro-import athlete rule list")
                error.code = "no-such-rule"
                raise error
            connection.execute(delete(table).where(table.c.id == number))
        return found


def _rules(connection: Connection) -> tuple[DeviceRule, ...]:
    table, athlete = tables.device_rule, tables.athlete
    statement = select(table, athlete.c.name).join(athlete, athlete.c.id == table.c.athlete_id).order_by(table.c.id)
    return tuple(
        DeviceRule(row["id"], row["name"], row["manufacturer"] or None, row["product"] or None, row["serial"])
        for row in connection.execute(statement).mappings()
    )
