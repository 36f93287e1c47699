"""What TrainingCenterDatabase v2 and ActivityExtension v2 allow in a file of activities, as a schema that lxml checks.

Conventions: order, number and types of the elements as Garmin's two schemas have them, in our own words; courses, workouts and folders are
left out. Namespaces are imported by name, as `schemas` gives both documents.

Source: TrainingCenterDatabasev2.xsd, ActivityExtensionv2.xsd.
"""

from __future__ import annotations

from typing import Final

from tests.support.tcx_writer import ACTIVITY_EXTENSION, TCX_2

_HEAD: Final = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'

EXTENSION: Final = f"""{_HEAD} targetNamespace="{ACTIVITY_EXTENSION}" xmlns="{ACTIVITY_EXTENSION}">
<xs:simpleType name="Cadence"><xs:restriction base="xs:unsignedByte"><xs:maxInclusive value="254"/></xs:restriction></xs:simpleType>
<xs:element name="TPX"><xs:complexType><xs:sequence>
 <xs:element name="Speed" type="xs:double" minOccurs="0"/>
 <xs:element name="RunCadence" type="Cadence" minOccurs="0"/>
 <xs:element name="Watts" type="xs:unsignedShort" minOccurs="0"/>
</xs:sequence><xs:attribute name="CadenceSensor">
 <xs:simpleType><xs:restriction base="xs:token"><xs:enumeration value="Footpod"/><xs:enumeration value="Bike"/></xs:restriction>
 </xs:simpleType>
</xs:attribute></xs:complexType></xs:element>
<xs:element name="LX"><xs:complexType><xs:sequence>
 <xs:element name="AvgSpeed" type="xs:double" minOccurs="0"/>
 <xs:element name="MaxBikeCadence" type="Cadence" minOccurs="0"/>
 <xs:element name="AvgRunCadence" type="Cadence" minOccurs="0"/>
 <xs:element name="MaxRunCadence" type="Cadence" minOccurs="0"/>
 <xs:element name="Steps" type="xs:unsignedShort" minOccurs="0"/>
 <xs:element name="AvgWatts" type="xs:unsignedShort" minOccurs="0"/>
 <xs:element name="MaxWatts" type="xs:unsignedShort" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>"""

DATABASE: Final = f"""{_HEAD} targetNamespace="{TCX_2}" xmlns="{TCX_2}" xmlns:x="{ACTIVITY_EXTENSION}">
<xs:import namespace="{ACTIVITY_EXTENSION}" schemaLocation="extension.xsd"/>
<xs:simpleType name="Token15"><xs:restriction base="xs:token"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
<xs:complexType name="Version"><xs:sequence>
 <xs:element name="VersionMajor" type="xs:unsignedShort"/><xs:element name="VersionMinor" type="xs:unsignedShort"/>
 <xs:element name="BuildMajor" type="xs:unsignedShort" minOccurs="0"/><xs:element name="BuildMinor" type="xs:unsignedShort" minOccurs="0"/>
</xs:sequence></xs:complexType>
<xs:complexType name="AbstractSource_t" abstract="true"><xs:sequence><xs:element name="Name" type="Token15"/></xs:sequence></xs:complexType>
<xs:complexType name="Device_t"><xs:complexContent><xs:extension base="AbstractSource_t"><xs:sequence>
 <xs:element name="UnitId" type="xs:unsignedInt"/><xs:element name="ProductID" type="xs:unsignedShort"/>
 <xs:element name="Version" type="Version"/>
</xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="Application_t"><xs:complexContent><xs:extension base="AbstractSource_t"><xs:sequence>
 <xs:element name="Build"><xs:complexType><xs:sequence><xs:element name="Version" type="Version"/></xs:sequence></xs:complexType>
 </xs:element>
 <xs:element name="LangID"><xs:simpleType><xs:restriction base="xs:token"><xs:length value="2"/></xs:restriction></xs:simpleType>
 </xs:element>
 <xs:element name="PartNumber"><xs:simpleType><xs:restriction base="xs:token">
  <xs:pattern value="[\\p{{Lu}}\\d]{{3}}-[\\p{{Lu}}\\d]{{5}}-[\\p{{Lu}}\\d]{{2}}"/></xs:restriction></xs:simpleType></xs:element>
</xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="Heart"><xs:sequence><xs:element name="Value"><xs:simpleType>
 <xs:restriction base="xs:unsignedByte"><xs:minInclusive value="1"/></xs:restriction></xs:simpleType></xs:element></xs:sequence>
 </xs:complexType>
<xs:simpleType name="Latitude"><xs:restriction base="xs:double">
 <xs:minInclusive value="-90"/><xs:maxInclusive value="90"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Longitude"><xs:restriction base="xs:double">
 <xs:minInclusive value="-180"/><xs:maxInclusive value="180"/></xs:restriction></xs:simpleType>
<xs:complexType name="Position"><xs:sequence>
 <xs:element name="LatitudeDegrees" type="Latitude"/><xs:element name="LongitudeDegrees" type="Longitude"/></xs:sequence></xs:complexType>
<xs:complexType name="Extensions"><xs:sequence>
 <xs:any namespace="##other" processContents="strict" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
<xs:complexType name="Trackpoint"><xs:sequence>
 <xs:element name="Time" type="xs:dateTime"/>
 <xs:element name="Position" type="Position" minOccurs="0"/>
 <xs:element name="AltitudeMeters" type="xs:double" minOccurs="0"/>
 <xs:element name="DistanceMeters" type="xs:double" minOccurs="0"/>
 <xs:element name="HeartRateBpm" type="Heart" minOccurs="0"/>
 <xs:element name="Cadence" type="xs:unsignedByte" minOccurs="0"/>
 <xs:element name="SensorState" type="xs:token" minOccurs="0"/>
 <xs:element name="Extensions" type="Extensions" minOccurs="0"/>
</xs:sequence></xs:complexType>
<xs:complexType name="Track"><xs:sequence><xs:element name="Trackpoint" type="Trackpoint" maxOccurs="unbounded"/></xs:sequence>
 </xs:complexType>
<xs:complexType name="Lap"><xs:sequence>
 <xs:element name="TotalTimeSeconds" type="xs:double"/>
 <xs:element name="DistanceMeters" type="xs:double"/>
 <xs:element name="MaximumSpeed" type="xs:double" minOccurs="0"/>
 <xs:element name="Calories" type="xs:unsignedShort"/>
 <xs:element name="AverageHeartRateBpm" type="Heart" minOccurs="0"/>
 <xs:element name="MaximumHeartRateBpm" type="Heart" minOccurs="0"/>
 <xs:element name="Intensity"><xs:simpleType><xs:restriction base="xs:token">
  <xs:enumeration value="Active"/><xs:enumeration value="Resting"/></xs:restriction></xs:simpleType></xs:element>
 <xs:element name="Cadence" type="xs:unsignedByte" minOccurs="0"/>
 <xs:element name="TriggerMethod"><xs:simpleType><xs:restriction base="xs:token">
  <xs:enumeration value="Manual"/><xs:enumeration value="Distance"/><xs:enumeration value="Location"/>
  <xs:enumeration value="Time"/><xs:enumeration value="HeartRate"/></xs:restriction></xs:simpleType></xs:element>
 <xs:element name="Track" type="Track" minOccurs="0" maxOccurs="unbounded"/>
 <xs:element name="Notes" type="xs:string" minOccurs="0"/>
 <xs:element name="Extensions" type="Extensions" minOccurs="0"/>
</xs:sequence><xs:attribute name="StartTime" type="xs:dateTime" use="required"/></xs:complexType>
<xs:complexType name="Activity"><xs:sequence>
 <xs:element name="Id" type="xs:dateTime"/>
 <xs:element name="Lap" type="Lap" maxOccurs="unbounded"/>
 <xs:element name="Notes" type="xs:string" minOccurs="0"/>
 <xs:element name="Creator" type="AbstractSource_t" minOccurs="0"/>
</xs:sequence><xs:attribute name="Sport" use="required"><xs:simpleType><xs:restriction base="xs:token">
 <xs:enumeration value="Running"/><xs:enumeration value="Biking"/><xs:enumeration value="Other"/></xs:restriction></xs:simpleType>
 </xs:attribute>
</xs:complexType>
<xs:element name="TrainingCenterDatabase"><xs:complexType><xs:sequence>
 <xs:element name="Activities"><xs:complexType><xs:sequence>
  <xs:element name="Activity" type="Activity" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
 <xs:element name="Author" type="AbstractSource_t" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
