-- The second factor has a room of its own (twofactor). It asks identity, by these functions, what it may not look up.
create schema twofactor;
alter table identity.second_factors drop constraint second_factors_account_fkey;
alter table identity.challenges drop constraint challenges_account_fkey;
alter table identity.second_factors set schema twofactor;
alter table identity.recovery_codes set schema twofactor;
alter table identity.challenges set schema twofactor;

-- Whether a sign-in that began in this epoch of the account may still go on.
create function identity.is_current(who uuid, began integer) returns boolean
    language sql stable strict as
$$
    select exists (select from identity.accounts where id = who and epoch = began and status = 'ACTIVE')
$$;

-- Whether this session of the account proved a second factor after a moment: at its beginning, or when it stepped up.
create function identity.has_stepped_up(which uuid, who uuid, since timestamptz) returns boolean
    language sql stable strict as
$$
    select exists (select from identity.sessions
                    where id = which and account = who
                      and (second_factor_at > since or 'otp' = any(methods) and created_at > since))
$$;
