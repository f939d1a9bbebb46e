-- rather fail than make everybody wait
set local lock_timeout = '5s';

-- The role stays, since other databases of the cluster may have granted it something; but nobody comes in by it.
alter role analyst nologin;
alter role analyst reset all;
