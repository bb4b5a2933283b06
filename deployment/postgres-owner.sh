#!/bin/sh
# Run by the image once, when the database is made: it belongs to a role that is no superuser, and the superuser can
# connect by the socket in the container alone.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$OWNER_PASSWORD" --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
create role affindex login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'password';
create database affindex owner affindex encoding 'UTF8' template template0;
revoke all on database affindex from public;
alter role current_user password null;
SQL
