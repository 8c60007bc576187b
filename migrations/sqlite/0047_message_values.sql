-- Values that come with a message, as a JSON object; none where nothing comes. (`values` is a word of SQL.)
alter table sys_messages add column payload text;
