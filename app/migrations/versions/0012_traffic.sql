-- Null is that the network does not speak of it.
ALTER TABLE programs
    ADD COLUMN traffic_allowed TEXT[],
    ADD CONSTRAINT programs_traffic_allowed_check CHECK (cardinality(traffic_allowed) between 1 and 30 and array_position(traffic_allowed, null) is null and octet_length(traffic_allowed::text) <= 30000),
    ADD COLUMN traffic_forbidden TEXT[],
    ADD CONSTRAINT programs_traffic_forbidden_check CHECK (cardinality(traffic_forbidden) between 1 and 30 and array_position(traffic_forbidden, null) is null and octet_length(traffic_forbidden::text) <= 30000),
    ADD COLUMN restrictions TEXT,
    ADD CONSTRAINT programs_restrictions_check CHECK (restrictions <> '' and (octet_length(restrictions) <= 5000 or char_length(restrictions) <= 5000));
