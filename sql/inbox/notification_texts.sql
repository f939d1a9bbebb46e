-- What notifications say, in the language of whom they tell: one line a text and language. {name} stands for what details have.
create function private.notification_texts() returns table (name text, locale text, title text, message text)
language sql immutable set search_path = ''
as $$
  values
  ('budget_warning', 'en', 'Budget {name} has reached {threshold} %', '{spent} of {available} {currency} are spent.'),
  ('budget_warning', 'de', 'Budget {name} ist zu {threshold} % ausgeschöpft', '{spent} von {available} {currency} sind ausgegeben.'),
  ('budget_warning', 'es', 'El presupuesto {name} ha llegado al {threshold} %', 'Se han gastado {spent} de {available} {currency}.'),
  ('budget_warning', 'fr', 'Le budget {name} a atteint {threshold} %', '{spent} sur {available} {currency} sont dépensés.'),
  ('budget_exceeded', 'en', 'Budget {name} is exceeded', '{spent} of {available} {currency} are spent.'),
  ('budget_exceeded', 'de', 'Budget {name} ist überschritten', '{spent} von {available} {currency} sind ausgegeben.'),
  ('budget_exceeded', 'es', 'El presupuesto {name} se ha superado', 'Se han gastado {spent} de {available} {currency}.'),
  ('budget_exceeded', 'fr', 'Le budget {name} est dépassé', '{spent} sur {available} {currency} sont dépensés.'),
  ('recurrence_posts', 'en', '{name} is due on {booked_on}', '{amount} {currency}, posted by itself'),
  ('recurrence_posts', 'de', '{name} ist am {booked_on} fällig', '{amount} {currency}, wird von selbst gebucht'),
  ('recurrence_posts', 'es', '{name} vence el {booked_on}', '{amount} {currency}, se registra automáticamente'),
  ('recurrence_posts', 'fr', '{name} arrive à échéance le {booked_on}', '{amount} {currency}, enregistré automatiquement'),
  ('recurrence_due', 'en', '{name} is due on {booked_on}', '{amount} {currency}, to be recorded'),
  ('recurrence_due', 'de', '{name} ist am {booked_on} fällig', '{amount} {currency}, noch einzutragen'),
  ('recurrence_due', 'es', '{name} vence el {booked_on}', '{amount} {currency}, por registrar'),
  ('recurrence_due', 'fr', '{name} arrive à échéance le {booked_on}', '{amount} {currency}, à enregistrer'),
  ('recurrence_failed', 'en', '{name} could not be posted', '{error}'),
  ('recurrence_failed', 'de', '{name} konnte nicht gebucht werden', '{error}'),
  ('recurrence_failed', 'es', '{name} no se ha podido registrar', '{error}'),
  ('recurrence_failed', 'fr', '{name} n''a pas pu être enregistré', '{error}'),
  ('debt_payment', 'en', '{name} is due on {due_on}', '{amount} {currency}. {balance} {currency} are left.'),
  ('debt_payment', 'de', '{name} ist am {due_on} fällig', '{amount} {currency}. {balance} {currency} sind noch offen.'),
  ('debt_payment', 'es', '{name} vence el {due_on}', '{amount} {currency}. Quedan {balance} {currency}.'),
  ('debt_payment', 'fr', '{name} arrive à échéance le {due_on}', '{amount} {currency}. Il reste {balance} {currency}.'),
  ('debt_open', 'en', '{name} is due on {due_on}', '{balance} {currency} are left.'),
  ('debt_open', 'de', '{name} ist am {due_on} fällig', '{balance} {currency} sind noch offen.'),
  ('debt_open', 'es', '{name} vence el {due_on}', 'Quedan {balance} {currency}.'),
  ('debt_open', 'fr', '{name} arrive à échéance le {due_on}', 'Il reste {balance} {currency}.'),
  ('goal_milestone', 'en', 'Goal {name} is at {percentage} %', '{current_amount} of {target_amount} {currency}.'),
  ('goal_milestone', 'de', 'Ziel {name} ist zu {percentage} % erreicht', '{current_amount} von {target_amount} {currency}.'),
  ('goal_milestone', 'es', 'El objetivo {name} está al {percentage} %', '{current_amount} de {target_amount} {currency}.'),
  ('goal_milestone', 'fr', 'L''objectif {name} est à {percentage} %', '{current_amount} sur {target_amount} {currency}.'),
  ('goal_reached', 'en', 'Goal {name} is reached', '{current_amount} of {target_amount} {currency}.'),
  ('goal_reached', 'de', 'Ziel {name} ist erreicht', '{current_amount} von {target_amount} {currency}.'),
  ('goal_reached', 'es', 'El objetivo {name} se ha alcanzado', '{current_amount} de {target_amount} {currency}.'),
  ('goal_reached', 'fr', 'L''objectif {name} est atteint', '{current_amount} sur {target_amount} {currency}.'),
  ('import_done', 'en', 'Import finished', '{file_name}: {imported} of {lines} lines booked.'),
  ('import_done', 'de', 'Import abgeschlossen', '{file_name}: {imported} von {lines} Zeilen gebucht.'),
  ('import_done', 'es', 'Importación terminada', '{file_name}: {imported} de {lines} líneas registradas.'),
  ('import_done', 'fr', 'Import terminé', 'Lignes enregistrées de {file_name} : {imported} sur {lines}.'),
  ('export_ready', 'en', 'Your export is ready', '{file_name} can be fetched until {expires_on}.'),
  ('export_ready', 'de', 'Dein Export ist fertig', '{file_name} kann bis zum {expires_on} abgeholt werden.'),
  ('export_ready', 'es', 'Tu exportación está lista', '{file_name} se puede descargar hasta el {expires_on}.'),
  ('export_ready', 'fr', 'Votre export est prêt', '{file_name} peut être téléchargé jusqu''au {expires_on}.'),
  ('webhook_off', 'en', 'A webhook was turned off', 'Nothing could be delivered to {host} for two days.'),
  ('webhook_off', 'de', 'Ein Webhook wurde abgeschaltet', 'An {host} konnte zwei Tage lang nichts zugestellt werden.'),
  ('webhook_off', 'es', 'Se ha desactivado un webhook', 'Durante dos días no se ha podido entregar nada a {host}.'),
  ('webhook_off', 'fr', 'Un webhook a été désactivé', 'Rien n''a pu être remis à {host} pendant deux jours.'),
  ('webhook_left', 'en', 'A webhook was turned off', 'Whoever set up {host} no longer keeps the book. Turn it on again if it is yours.'),
  ('webhook_left', 'de', 'Ein Webhook wurde abgeschaltet', 'Wer {host} eingerichtet hat, führt das Buch nicht mehr. Schalte ihn wieder ein, wenn er deiner ist.'),
  ('webhook_left', 'es', 'Se ha desactivado un webhook', 'Quien configuró {host} ya no lleva el libro. Vuelve a activarlo si es tuyo.'),
  ('webhook_left', 'fr', 'Un webhook a été désactivé', 'La personne qui a configuré {host} ne tient plus le livre. Réactivez-le s''il est à vous.'),
  ('new_sign_in', 'en', 'New sign-in', 'Somebody signed in with your password or link, from {address}. If it was not you, change your password.'),
  ('new_sign_in', 'de', 'Neue Anmeldung', 'Jemand hat sich mit deinem Passwort oder Link angemeldet, von {address}. Wenn du das nicht warst, ändere dein Passwort.'),
  ('new_sign_in', 'es', 'Nuevo inicio de sesión', 'Alguien ha iniciado sesión con tu contraseña o enlace, desde {address}. Si no has sido tú, cambia tu contraseña.'),
  ('new_sign_in', 'fr', 'Nouvelle connexion', 'Quelqu''un s''est connecté avec votre mot de passe ou lien, depuis {address}. Si ce n''était pas vous, changez de mot de passe.'),
  ('invitation_viewer', 'en', 'You are invited to the book {book}', 'To read along, until {expires_on}.'),
  ('invitation_viewer', 'de', 'Du bist in das Buch {book} eingeladen', 'Zum Mitlesen, bis {expires_on}.'),
  ('invitation_viewer', 'es', 'Te han invitado al libro {book}', 'Para leerlo, hasta el {expires_on}.'),
  ('invitation_viewer', 'fr', 'Vous êtes invité au livre {book}', 'En lecture, jusqu''au {expires_on}.'),
  ('invitation_editor', 'en', 'You are invited to the book {book}', 'To write in it, until {expires_on}.'),
  ('invitation_editor', 'de', 'Du bist in das Buch {book} eingeladen', 'Zum Mitschreiben, bis {expires_on}.'),
  ('invitation_editor', 'es', 'Te han invitado al libro {book}', 'Para escribir en él, hasta el {expires_on}.'),
  ('invitation_editor', 'fr', 'Vous êtes invité au livre {book}', 'Pour y écrire, jusqu''au {expires_on}.'),
  ('invitation_owner', 'en', 'You are invited to the book {book}', 'As an owner of it, until {expires_on}.'),
  ('invitation_owner', 'de', 'Du bist in das Buch {book} eingeladen', 'Als Mitinhaber, bis {expires_on}.'),
  ('invitation_owner', 'es', 'Te han invitado al libro {book}', 'Como copropietario, hasta el {expires_on}.'),
  ('invitation_owner', 'fr', 'Vous êtes invité au livre {book}', 'En tant que copropriétaire, jusqu''au {expires_on}.')
$$;
comment on function private.notification_texts is 'All texts of notifications: en, de, es and fr of each. {…} is filled in by fill_in.';
revoke execute on function private.notification_texts from public;

create function private.in_words_of(locale text, value jsonb) returns text
language sql immutable set search_path = ''
as $$
  select coalesce(
    case
      -- in English a date stays as it is: 3/4 is read in two ways
      when in_words_of.locale = 'en' then in_words_of.value #>> '{}'
      when jsonb_typeof(in_words_of.value) = 'number' then replace(in_words_of.value::text, '.', ',')
      -- not cast: a name may look like a date that there is not
      else regexp_replace(
        in_words_of.value #>> '{}', '^(\d{4})-(\d\d)-(\d\d)$', case in_words_of.locale when 'de' then '\3.\2.\1' else '\3/\2/\1' end
      )
    end,
    ''
  )
$$;
comment on function private.in_words_of is 'A number, date or text as a language writes it.';
revoke execute on function private.in_words_of from public;

create function private.money_in_words_of(locale text, amount jsonb, currency text) returns text
language sql stable set search_path = ''
as $$
  select translate(
    to_char(
      (money_in_words_of.amount #>> '{}')::numeric,
      'FM999,999,999,999,999,999,999,990' || rpad(case when c.decimals > 0 then '.' else '' end, sign(c.decimals)::integer + c.decimals, '0')
    ),
    ',.', case money_in_words_of.locale when 'en' then ',.' when 'fr' then chr(8239) || ',' else '.,' end
  )
  from public.currencies as c
  where c.code = money_in_words_of.currency and jsonb_typeof(money_in_words_of.amount) = 'number'
$$;
comment on function private.money_in_words_of is 'An amount as a language writes it, with the decimals of its currency; null where there is none.';
revoke execute on function private.money_in_words_of from public;

create function private.fill_in(template text, details jsonb, locale text) returns text
language sql stable set search_path = ''
as $$
  -- in one pass, so that a name with braces in it stays a name
  select string_agg(
    p.part[1] || coalesce(
      case
        when p.part[2] in ('amount', 'available', 'balance', 'current_amount', 'spent', 'target_amount')
          then private.money_in_words_of(fill_in.locale, fill_in.details -> p.part[2], fill_in.details ->> 'currency')
      end,
      private.in_words_of(fill_in.locale, fill_in.details -> p.part[2])
    ),
    '' order by p.place
  )
  from regexp_matches(fill_in.template, '([^{]*)(?:\{(\w+)\})?', 'g') with ordinality as p (part, place)
$$;
comment on function private.fill_in is 'A text with what stands in braces filled in.';
revoke execute on function private.fill_in from public;
