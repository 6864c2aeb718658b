-- Only accounts of these kinds may be guarded, so that a journal that touches none of them need not look for one.
alter table ledger.accounts add constraint accounts_guard_purses
    check (split_part(code, ':', 1) in ('wallet', 'credit', 'seller', 'gift'));

-- The same demands as before, asked in one go.
create or replace function ledger.must_balance() returns trigger language plpgsql as
$$
declare
    wrong record;
begin
    select sum(f.amount) <> 0 as sum, bool_or(c.prefix is null) as chart into wrong
      from fresh f left join ledger.chart c on c.prefix = split_part(f.account, ':', 1)
     group by f.journal, f.currency having sum(f.amount) <> 0 or bool_or(c.prefix is null) limit 1;
    if wrong.sum then
        raise exception using errcode = '23514', constraint = 'entries_sum_to_zero',
            message = 'a journal does not sum to zero';
    end if;
    if wrong.chart then
        raise exception using errcode = '23514', constraint = 'entries_in_chart',
            message = 'an account is not in the chart';
    end if;
    return null;
end
$$;
