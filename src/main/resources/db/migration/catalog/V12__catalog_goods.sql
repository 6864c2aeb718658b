create schema catalog;

-- The tree of shelves of each channel. `path` is materialised: the ids from the root down to itself.
create table catalog.categories (
    id          uuid primary key,
    channel     text   not null,
    parent_id   uuid references catalog.categories (id),
    path        uuid[] not null,
    slug        text   not null check (slug is nfc normalized),
    name        text   not null,
    description text   not null default '',
    position    int    not null default 0,
    version     bigint not null,
    unique (channel, slug),
    -- A tree: nothing is below itself, and the path says the same as the parent.
    constraint categories_path_ends_here check (path[cardinality(path)] = id),
    constraint categories_path_via_parent check (path[cardinality(path) - 1] is not distinct from parent_id),
    constraint categories_no_cycle check (array_position(path, id) = cardinality(path)),
    constraint categories_depth check (cardinality(path) between 1 and 8)
);
create index categories_path on catalog.categories using gin (path);
create index categories_parent on catalog.categories (parent_id);

create table catalog.products (
    id                uuid primary key,
    channel           text        not null,
    external_key      text,
    slug              text        not null check (slug is nfc normalized),
    name              text        not null,
    type              text        not null,
    status            text        not null check (status in ('draft', 'active', 'archived')),
    short_description text        not null default '',
    description       text        not null default '',
    brand             text,
    tax_category      text        not null default 'standard',
    seller            uuid,
    attributes        jsonb       not null default '{}',
    images            jsonb       not null default '[]',
    featured          int,
    version           bigint      not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    published_at      timestamptz,
    removed_at        timestamptz
);
create unique index products_external_key on catalog.products (channel, external_key) where removed_at is null;
create index products_newest on catalog.products (channel, id) where removed_at is null;

-- Every slug a product has or had: old links keep working, and nobody else can take them.
create table catalog.slugs (
    channel    text not null,
    slug       text not null,
    product_id uuid not null references catalog.products (id),
    primary key (channel, slug)
);
create index slugs_product on catalog.slugs (product_id);

-- Swaps (of defaults, SKUs, names) happen within one statement, hence constraints checked at its end.
create table catalog.variants (
    id           uuid primary key,
    product_id   uuid    not null references catalog.products (id),
    channel      text    not null,
    sku          text    not null check (sku is nfc normalized and sku <> ''),
    name         text    not null,
    options      jsonb   not null default '{}',
    unit         text    not null check (unit in ('piece', 'gram')),
    factor       bigint  not null check (factor > 0),
    pool         text,
    weight_grams int check (weight_grams > 0),
    image_url    text,
    position     int     not null,
    is_default   boolean not null,
    active       boolean not null,
    -- What a writer said last about price, breaks and stock: saying it again is no change.
    offered      jsonb   not null default '{}',
    removed_at   timestamptz,
    constraint variants_sku exclude using btree (channel with =, sku with =)
        where (removed_at is null) deferrable initially immediate,
    constraint variants_name exclude using btree (product_id with =, name with =)
        where (removed_at is null) deferrable initially immediate,
    constraint variants_one_default exclude using btree (product_id with =)
        where (is_default and removed_at is null) deferrable initially immediate
);
create index variants_product on catalog.variants (product_id);

create table catalog.product_categories (
    product_id  uuid not null references catalog.products (id),
    category_id uuid not null references catalog.categories (id),
    place       int  not null,
    primary key (product_id, category_id)
);
create index product_categories_category on catalog.product_categories (category_id);
