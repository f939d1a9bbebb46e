-- Keys of entries, of which a book has many: those made one after the other lie beside each other in every index that holds them,
-- where random ones would each touch a page of its own. PostgreSQL 18 has this built in.
create function private.uuidv7() returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
  -- a random one whose first 48 bits become milliseconds since 1970, and whose version changes from 4 to 7
  return encode(
    set_bit(set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
      ), 52, 1
    ), 53, 1), 'hex'
  )::uuid;
end
$$;
comment on function private.uuidv7 is 'A new UUID of version 7, which begins with the time. Source: RFC 9562, 5.7.';
revoke execute on function private.uuidv7 from public;
grant execute on function private.uuidv7 to authenticated, service_role;
