-- A check that fails inside one big statement must roll all of it back and say why. Raising costs nothing while no
-- check fails, because the function is only called on the refusing branch.
create function public.refuse(reason text) returns boolean
    language plpgsql volatile as
$$
begin
    raise exception using errcode = 'MR001', message = reason;
end
$$;

create extension if not exists pg_trgm;
create extension if not exists unaccent;
