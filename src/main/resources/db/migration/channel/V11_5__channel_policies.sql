-- What a channel asks of its people: the form of their phone numbers (a regular expression over E.164), and the
-- document by which they show who they are.
alter table channel.channels add column phone_form text, add column identity_document text;
update channel.channels set phone_form = '^\+233[0-9]{9}$', identity_document = 'ghana_card' where code = 'ebuildify';
