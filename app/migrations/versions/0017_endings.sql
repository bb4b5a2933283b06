alter table import_runs
    add column ending text constraint import_runs_ending_check check (ending in ('interrupted', 'passing', 'lasting'));

-- Once, from what was said: runs that older code leaves behind have none and are gone on with by schedule.
update import_runs set ending = case
    when error like 'the importing process ended in the middle of it;%' or error ~ '^(Stopped|NetworkBusy):'
        then 'interrupted'
    when error ~ '^(Unavailable|OverBudget):' then 'passing'
    else 'lasting' end
where state = 'failed';
