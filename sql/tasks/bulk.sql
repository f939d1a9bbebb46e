-- What changes so many rows that it takes longer than a request may: what private.refuse_long refuses there, the worker does, as who
-- asked and in one transaction.
create function public.start_bulk(function_name text, arguments jsonb default '{}', id uuid default gen_random_uuid())
returns public.tasks
language plpgsql set search_path = ''
as $$
declare
  v_names constant text[] := case start_bulk.function_name
    when 'merge_payees' then array['source_ids', 'target_id']
    when 'delete_category' then array['category_id', 'move_to']
    when 'undo_request' then array['xid']
    when 'delete_book' then '{}'
  end;
begin
  if v_names is null then
    raise sqlstate 'PT422' using
      message = 'There is no such function.',
      detail = 'tasks.function_unknown',
      hint = 'Use merge_payees, delete_category, undo_request or delete_book.';
  end if;
  perform private.current_book(case start_bulk.function_name when 'delete_book' then 'owner' else 'editor' end::public.book_role);
  if jsonb_typeof(start_bulk.arguments) is distinct from 'object'
    or array(
      select a.name from jsonb_each(start_bulk.arguments) as a (name, value) where a.value <> 'null' order by a.name
    ) <> v_names then
    raise sqlstate 'PT422' using
      message = 'These are not the arguments of the function.',
      detail = 'tasks.arguments',
      hint = format('Send an object with %s.', coalesce(nullif(array_to_string(v_names, ' and '), ''), 'nothing in it'));
  end if;
  -- of the right types, too: said now, and not when it is done
  perform a.* from private.bulk_arguments(start_bulk.arguments) as a;
  return private.start_task(
    'bulk', jsonb_build_object('function', start_bulk.function_name, 'arguments', start_bulk.arguments), start_bulk.id
  );
end
$$;
comment on function public.start_bulk is
'Starts as a task what takes longer than a request may, and does it all or not at all. function_name and arguments: merge_payees with
target_id and source_ids; delete_category with category_id and move_to; undo_request with xid; delete_book, for owners, without any: the
book of the header x-book, and the task with it. The result is that of the function, of undo_request how many rows there were.
Others write to the book once it is done. Repeated with the same id, it returns the task that is there.
Errors: PT403, PT409 for an id that is taken, PT422, PT429 with 50 tasks under way; later in the task those of the function.';
revoke execute on function public.start_bulk from public;
grant execute on function public.start_bulk to authenticated;

create function private.bulk_arguments(
  arguments jsonb, out target_id uuid, out source_ids uuid [], out category_id uuid, out move_to uuid, out xid text
)
language sql immutable set search_path = ''
as $$
  select a.* from jsonb_to_record(bulk_arguments.arguments) as a (
    target_id uuid, source_ids uuid[], category_id uuid, move_to uuid, xid text
  )
$$;
comment on function private.bulk_arguments is 'The arguments of the functions that start_bulk knows, by their types.';
revoke execute on function private.bulk_arguments from public;
grant execute on function private.bulk_arguments to authenticated;

create function private.do_bulk(task_id uuid) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_task public.tasks;
  v_asked record;
  v_result jsonb;
begin
  perform private.lock_current_book();
  v_task := private.task_to_do(private.current_book('editor'), do_bulk.task_id, 'bulk');
  -- done before the worker could say so
  if v_task.result is not null then
    return v_task.result;
  end if;
  perform set_config('walletbase.is_task', 'yes', true);
  select a.* into v_asked from private.bulk_arguments(v_task.parameters -> 'arguments') as a;
  case v_task.parameters ->> 'function'
    when 'merge_payees' then
      v_result := to_jsonb(public.merge_payees(v_asked.target_id, v_asked.source_ids));
    when 'delete_category' then
      v_result := to_jsonb(public.delete_category(v_asked.category_id, v_asked.move_to));
    when 'undo_request' then
      select jsonb_build_object('rows', count(*)) into v_result from public.undo_request(v_asked.xid);
    when 'delete_book' then
      delete from public.books as b where b.id = (select private.current_book('owner'));
      v_result := '{}';
  end case;
  perform private.note_result(v_task.id, v_result);
  perform set_config('walletbase.is_task', '', true);
  return v_result;
end
$$;
comment on function private.do_bulk is
'For the worker, as who asked: does what start_bulk was given and writes the task''s result with it, so that it is done once. Raises PT403,
PT404, PT409, PT422.';
revoke execute on function private.do_bulk from public;
grant execute on function private.do_bulk to authenticated;

create function private.note_result(task_id uuid, result jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if current_setting('walletbase.is_task', true) is distinct from 'yes' then
    raise insufficient_privilege using message = 'nothing is being done';
  end if;
  update public.tasks as t set result = note_result.result where t.id = note_result.task_id and t.created_by = auth.uid();
end
$$;
comment on function private.note_result is 'For do_bulk: writes the result of the caller''s task. Raises 42501. Definer: nobody writes tasks directly.';
revoke execute on function private.note_result from public;
grant execute on function private.note_result to authenticated;
