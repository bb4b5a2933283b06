-- Everything the catalogue is made of: networks, programs, their change set, index generations, import runs, keys.
-- A frozen copy: later changes are later migrations. `affindex db check` compares it with `mappings`.

create schema staging;  -- one unlogged table per import run

-- CACHE 1: a session that caches numbers hands out old ones late, and an older row would win in the index.
create sequence program_version cache 1;

CREATE TABLE api_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    prefix TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_scope_check CHECK (scope in ('read', 'import', 'admin')),
    CONSTRAINT api_keys_sha256_key UNIQUE (sha256)
);

CREATE TABLE changed_programs (
    program_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT changed_programs_pkey PRIMARY KEY (program_id)
);

CREATE TABLE deleted_programs (
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT deleted_programs_pkey PRIMARY KEY (id)
);

CREATE TABLE import_runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    source TEXT NOT NULL,
    state TEXT DEFAULT 'queued' NOT NULL,
    partial BOOLEAN NOT NULL,
    parameters JSONB DEFAULT '{}' NOT NULL,
    idempotency_key TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    error TEXT,
    CONSTRAINT import_runs_pkey PRIMARY KEY (id),
    CONSTRAINT import_runs_state_check CHECK (state in ('queued', 'running', 'done', 'failed'))
);
CREATE INDEX import_runs_idempotency_idx ON import_runs (idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE index_generations (
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    fields TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    served_at TIMESTAMP WITH TIME ZONE,
    paused_until TIMESTAMP WITH TIME ZONE,
    paused_because TEXT,
    CONSTRAINT index_generations_pkey PRIMARY KEY (name),
    CONSTRAINT index_generations_state_check CHECK (state in ('building', 'serving', 'standby'))
);
CREATE UNIQUE INDEX index_generations_serving_idx ON index_generations (state) WHERE state = 'serving';

CREATE TABLE networks (
    id SMALLINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    home TEXT NOT NULL,
    retired BOOLEAN NOT NULL,
    min_payout DOUBLE PRECISION CONSTRAINT networks_min_payout_check CHECK (min_payout between 0 and 1e9),
    payment_methods TEXT[] CONSTRAINT networks_methods_check CHECK (cardinality(payment_methods) > 0),
    last_complete_at TIMESTAMP WITH TIME ZONE,
    popularity_drawn_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT networks_pkey PRIMARY KEY (id),
    CONSTRAINT networks_slug_key UNIQUE (slug)
);

CREATE TABLE dead_letters (
    generation TEXT NOT NULL,
    program_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    error_type TEXT NOT NULL,
    reason TEXT NOT NULL,
    failed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (generation, program_id),
    CONSTRAINT dead_letters_generation_fkey FOREIGN KEY(generation) REFERENCES index_generations (name) ON DELETE CASCADE
);

CREATE TABLE import_run_networks (
    run_id BIGINT NOT NULL,
    network_id SMALLINT NOT NULL,
    expected INTEGER,
    read INTEGER DEFAULT 0 NOT NULL,
    rejected INTEGER DEFAULT 0 NOT NULL,
    duplicates INTEGER DEFAULT 0 NOT NULL,
    created INTEGER DEFAULT 0 NOT NULL,
    updated INTEGER DEFAULT 0 NOT NULL,
    unchanged INTEGER DEFAULT 0 NOT NULL,
    missing INTEGER DEFAULT 0 NOT NULL,
    closed INTEGER DEFAULT 0 NOT NULL,
    active BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT import_run_networks_pkey PRIMARY KEY (run_id, network_id),
    CONSTRAINT import_run_networks_run_id_fkey FOREIGN KEY(run_id) REFERENCES import_runs (id) ON DELETE CASCADE,
    CONSTRAINT import_run_networks_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);
CREATE UNIQUE INDEX import_run_networks_active_idx ON import_run_networks (network_id) WHERE active;

CREATE TABLE programs (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    network_id SMALLINT NOT NULL,
    external_id TEXT NOT NULL,
    data_source TEXT NOT NULL,
    status TEXT NOT NULL,
    missing_since TIMESTAMP WITH TIME ZONE,
    name TEXT NOT NULL,
    description TEXT,
    text_language TEXT,
    category TEXT,
    categories TEXT[],
    vertical TEXT,
    merchant_domain TEXT,
    primary_region TEXT,
    launched_at DATE,
    program_url TEXT,
    merchant_url TEXT,
    affiliate_url TEXT,
    logo_url TEXT,
    deep_link_allowed BOOLEAN,
    commission_type TEXT,
    commission_min DOUBLE PRECISION,
    commission_max DOUBLE PRECISION,
    commission_fixed_min DOUBLE PRECISION,
    commission_fixed_max DOUBLE PRECISION,
    commission_fixed_min_usd DOUBLE PRECISION,
    commission_fixed_max_usd DOUBLE PRECISION,
    currency TEXT,
    exchange_rate DOUBLE PRECISION,
    exchange_rate_date DATE,
    commission_rules JSONB,
    commission_text TEXT,
    recurring BOOLEAN,
    recurring_months INTEGER,
    cookie_days INTEGER,
    min_payout DOUBLE PRECISION,
    min_payout_currency TEXT,
    min_payout_usd DOUBLE PRECISION,
    payment_methods TEXT[],
    validation_days INTEGER,
    payment_days INTEGER,
    payment_risk TEXT,
    average_earnings DOUBLE PRECISION,
    average_earnings_usd DOUBLE PRECISION,
    epc DOUBLE PRECISION,
    epc_raw DOUBLE PRECISION,
    epc_unit TEXT,
    epc_window TEXT,
    epc_currency TEXT,
    conversion_rate DOUBLE PRECISION,
    approval_rate DOUBLE PRECISION,
    popularity INTEGER,
    popularity_raw DOUBLE PRECISION,
    popularity_metric TEXT,
    geo_targeting TEXT[],
    language TEXT[],
    approval_mode TEXT,
    has_product_feed BOOLEAN,
    verified BOOLEAN DEFAULT false NOT NULL,
    verified_at TIMESTAMP WITH TIME ZONE,
    featured BOOLEAN DEFAULT false NOT NULL,
    vertical_override TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE,
    normaliser INTEGER NOT NULL,
    version BIGINT DEFAULT nextval('program_version') NOT NULL,
    CONSTRAINT programs_pkey PRIMARY KEY (id),
    CONSTRAINT programs_external_id_check CHECK (char_length(external_id) between 1 and 200),
    CONSTRAINT programs_data_source_check CHECK (char_length(data_source) between 1 and 100),
    CONSTRAINT programs_status_check CHECK (status in ('active', 'paused', 'closed') and char_length(status) between 0 and 10),
    CONSTRAINT programs_missing_since_check CHECK (missing_since >= '1970-01-01' and missing_since < '2200-01-01'),
    CONSTRAINT programs_name_check CHECK (char_length(name) between 1 and 300),
    CONSTRAINT programs_description_check CHECK (char_length(description) between 1 and 5000),
    CONSTRAINT programs_text_language_check CHECK (text_language ~ '^[a-z]{2}$'),
    CONSTRAINT programs_category_check CHECK (char_length(category) between 1 and 200),
    CONSTRAINT programs_categories_check CHECK (cardinality(categories) between 1 and 50 and array_position(categories, null) is null and octet_length(categories::text) <= 30000),
    CONSTRAINT programs_vertical_check CHECK (vertical in ('fashion', 'beauty', 'health', 'fitness', 'home', 'food', 'travel', 'finance', 'insurance', 'electronics', 'software', 'web', 'telecom', 'business', 'education', 'family', 'pets', 'gifts', 'media', 'games', 'entertainment', 'automotive', 'green', 'dating', 'gambling', 'spirituality', 'shopping', 'services', 'adult', 'other') and char_length(vertical) between 1 and 40),
    CONSTRAINT programs_merchant_domain_check CHECK (char_length(merchant_domain) between 3 and 253),
    CONSTRAINT programs_primary_region_check CHECK (primary_region ~ '^[A-Z]{2}$'),
    CONSTRAINT programs_launched_at_check CHECK (launched_at >= '1970-01-01' and launched_at < '2200-01-01'),
    CONSTRAINT programs_program_url_check CHECK (program_url ~ '^https?://' and char_length(program_url) between 8 and 2000),
    CONSTRAINT programs_merchant_url_check CHECK (merchant_url ~ '^https?://' and char_length(merchant_url) between 8 and 2000),
    CONSTRAINT programs_affiliate_url_check CHECK (affiliate_url ~ '^https?://' and char_length(affiliate_url) between 8 and 2000),
    CONSTRAINT programs_logo_url_check CHECK (logo_url ~ '^https?://' and char_length(logo_url) between 8 and 2000),
    CONSTRAINT programs_commission_type_check CHECK (commission_type in ('percent', 'fixed', 'tiered', 'hybrid') and char_length(commission_type) between 0 and 10),
    CONSTRAINT programs_commission_min_check CHECK (commission_min between 0 and 100),
    CONSTRAINT programs_commission_max_check CHECK (commission_max between 0 and 100),
    CONSTRAINT programs_commission_fixed_min_check CHECK (commission_fixed_min between 0 and 1000000000),
    CONSTRAINT programs_commission_fixed_max_check CHECK (commission_fixed_max between 0 and 1000000000),
    CONSTRAINT programs_commission_fixed_min_usd_check CHECK (commission_fixed_min_usd between 0 and 1000000000),
    CONSTRAINT programs_commission_fixed_max_usd_check CHECK (commission_fixed_max_usd between 0 and 1000000000),
    CONSTRAINT programs_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT programs_exchange_rate_check CHECK (exchange_rate between 0 and 1000000),
    CONSTRAINT programs_exchange_rate_date_check CHECK (exchange_rate_date >= '1970-01-01' and exchange_rate_date < '2200-01-01'),
    CONSTRAINT programs_commission_rules_check CHECK (jsonb_typeof(commission_rules) = 'array' and octet_length(commission_rules::text) <= 30000),
    CONSTRAINT programs_commission_text_check CHECK (char_length(commission_text) between 1 and 2000),
    CONSTRAINT programs_recurring_months_check CHECK (recurring_months between 1 and 1200),
    CONSTRAINT programs_cookie_days_check CHECK (cookie_days between 0 and 36500),
    CONSTRAINT programs_min_payout_check CHECK (min_payout between 0 and 1000000000),
    CONSTRAINT programs_min_payout_currency_check CHECK (min_payout_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT programs_min_payout_usd_check CHECK (min_payout_usd between 0 and 1000000000),
    CONSTRAINT programs_payment_methods_check CHECK (cardinality(payment_methods) between 1 and 20 and array_position(payment_methods, null) is null and octet_length(payment_methods::text) <= 30000),
    CONSTRAINT programs_validation_days_check CHECK (validation_days between 0 and 36500),
    CONSTRAINT programs_payment_days_check CHECK (payment_days between 0 and 36500),
    CONSTRAINT programs_payment_risk_check CHECK (payment_risk in ('none', 'level 1', 'level 2', 'level 3', 'level 4', 'level 5', 'level 6') and char_length(payment_risk) between 0 and 10),
    CONSTRAINT programs_average_earnings_check CHECK (average_earnings between -1000000000 and 1000000000),
    CONSTRAINT programs_average_earnings_usd_check CHECK (average_earnings_usd between -1000000000 and 1000000000),
    CONSTRAINT programs_epc_check CHECK (epc between 0 and 1000000),
    CONSTRAINT programs_epc_raw_check CHECK (epc_raw between -1000000000 and 1000000000),
    CONSTRAINT programs_epc_unit_check CHECK (epc_unit in ('click', '100 clicks') and char_length(epc_unit) between 0 and 12),
    CONSTRAINT programs_epc_window_check CHECK (epc_window in ('7d', '30d', '3m', '12w') and char_length(epc_window) between 0 and 4),
    CONSTRAINT programs_epc_currency_check CHECK (epc_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT programs_conversion_rate_check CHECK (conversion_rate between 0 and 100),
    CONSTRAINT programs_approval_rate_check CHECK (approval_rate between 0 and 100),
    CONSTRAINT programs_popularity_check CHECK (popularity between 1 and 100),
    CONSTRAINT programs_popularity_raw_check CHECK (popularity_raw between -1000000000 and 1000000000),
    CONSTRAINT programs_popularity_metric_check CHECK (popularity_metric in ('gravity', 'powerRank', 'networkRank', 'awinIndex') and char_length(popularity_metric) between 0 and 20),
    CONSTRAINT programs_geo_targeting_check CHECK (cardinality(geo_targeting) between 1 and 300 and array_position(geo_targeting, null) is null and octet_length(geo_targeting::text) <= 30000),
    CONSTRAINT programs_language_check CHECK (cardinality(language) between 1 and 100 and array_position(language, null) is null and octet_length(language::text) <= 30000),
    CONSTRAINT programs_approval_mode_check CHECK (approval_mode in ('auto', 'manual', 'invite') and char_length(approval_mode) between 0 and 10),
    CONSTRAINT programs_verified_at_check CHECK (verified_at >= '1970-01-01' and verified_at < '2200-01-01'),
    CONSTRAINT programs_vertical_override_check CHECK (vertical_override in ('fashion', 'beauty', 'health', 'fitness', 'home', 'food', 'travel', 'finance', 'insurance', 'electronics', 'software', 'web', 'telecom', 'business', 'education', 'family', 'pets', 'gifts', 'media', 'games', 'entertainment', 'automotive', 'green', 'dating', 'gambling', 'spirituality', 'shopping', 'services', 'adult', 'other') and char_length(vertical_override) between 1 and 40),
    CONSTRAINT programs_network_id_external_id_key UNIQUE (network_id, external_id),
    CONSTRAINT programs_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);
CREATE INDEX programs_external_id_idx ON programs (external_id);
CREATE INDEX programs_featured_idx ON programs (featured) WHERE featured;
CREATE INDEX programs_missing_idx ON programs (network_id) WHERE missing_since IS NOT NULL;
CREATE INDEX programs_popularity_idx ON programs (popularity);

CREATE TABLE rejected_records (
    run_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    network_id SMALLINT NOT NULL,
    external_id TEXT,
    reason TEXT NOT NULL,
    raw JSON NOT NULL,
    CONSTRAINT rejected_records_pkey PRIMARY KEY (run_id, line),
    CONSTRAINT rejected_records_run_id_fkey FOREIGN KEY(run_id) REFERENCES import_runs (id) ON DELETE CASCADE,
    CONSTRAINT rejected_records_network_id_fkey FOREIGN KEY(network_id) REFERENCES networks (id)
);


-- Versions ---------------------------------------------------------------------------------------------------------
-- Drawn before the row is written and after its lock is held: of two writers of a row the later one to commit has
-- the higher version. A column default or EXCLUDED.version is drawn before the lock, and inverts.
create function stamp_program() returns trigger language plpgsql as $$
begin
    new.version := nextval('program_version');
    if tg_op = 'UPDATE' then
        new.created_at := old.created_at;
        new.updated_at := now();
    end if;
    return new;
end
$$;

create trigger stamp before insert or update on programs for each row execute function stamp_program();

-- The change set ---------------------------------------------------------------------------------------------------
-- Written by the writer's own transaction, whoever writes. Ordered by id, so that two writers never deadlock on it;
-- `leased_until` is cleared, so that a change to an entry that is being pushed does not wait for the lease to end.
-- One notification a statement: one a row halves the commits.
create function note_changed_programs() returns trigger language plpgsql as $$
begin
    insert into changed_programs (program_id, version)
    select id, version from changed order by id
    on conflict (program_id) do update
        set version = excluded.version, changed_at = excluded.changed_at, leased_until = null
        where changed_programs.version < excluded.version;
    if found then
        notify changed_programs;
    end if;
    return null;
end
$$;

create trigger note_inserted after insert on programs
    referencing new table as changed for each statement execute function note_changed_programs();
create trigger note_updated after update on programs
    referencing new table as changed for each statement execute function note_changed_programs();

create function note_deleted_programs() returns trigger language plpgsql as $$
begin
    with buried as (
        insert into deleted_programs (id, version)
        select id, nextval('program_version') from gone order by id
        on conflict (id) do update set version = excluded.version, deleted_at = excluded.deleted_at
        returning id, version
    )
    insert into changed_programs (program_id, version)
    select id, version from buried order by id
    on conflict (program_id) do update
        set version = excluded.version, changed_at = excluded.changed_at, leased_until = null;
    notify changed_programs;
    return null;
end
$$;

create trigger note_deleted after delete on programs
    referencing old table as gone for each statement execute function note_deleted_programs();

-- TRUNCATE has no transition tables: what is about to go is noted before it does.
create function note_truncated_programs() returns trigger language plpgsql as $$
begin
    with buried as (
        insert into deleted_programs (id, version)
        select id, nextval('program_version') from programs order by id
        on conflict (id) do update set version = excluded.version, deleted_at = excluded.deleted_at
        returning id, version
    )
    insert into changed_programs (program_id, version)
    select id, version from buried order by id
    on conflict (program_id) do update
        set version = excluded.version, changed_at = excluded.changed_at, leased_until = null;
    notify changed_programs;
    return null;
end
$$;

create trigger note_truncated before truncate on programs
    for each statement execute function note_truncated_programs();

-- A network's policy shows through its programs, so a change of it is a change of theirs.
create function touch_programs_of_network() returns trigger language plpgsql as $$
begin
    update programs set network_id = new.id where network_id = new.id;
    return null;
end
$$;

create trigger touch_programs after update of slug, min_payout, payment_methods on networks
    for each row when (
        (old.slug, old.min_payout, old.payment_methods) is distinct from (new.slug, new.min_payout, new.payment_methods)
    ) execute function touch_programs_of_network();
