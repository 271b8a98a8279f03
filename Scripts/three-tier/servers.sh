# shellcheck shell=bash
# The shop's servers: nginx in web, a small HTTP server in api, MariaDB in db, dnsmasq in coredns, one listener outside.

# Starts everything and waits until each port answers; $work_folder holds their files.
start_servers() {
  start_dns
  start_database
  inside api python3 "$script_folder/api.py" >"$work_folder/api.log" 2>&1 &
  start_web
  inside outside python3 -m http.server 443 --bind :: --directory "$work_folder/empty" \
    >"$work_folder/outside.log" 2>&1 &
  wait_for coredns 10.244.1.53 53
  wait_for db 10.244.2.40 3306
  wait_for api 10.244.2.30 5000
  wait_for web 10.244.1.20 80
  wait_for outside 203.0.113.10 443
}

start_dns() {
  local records=() name last
  while read -r name last; do
    records+=("--host-record=$name.svc.cluster.local,10.96.0.$last,fd00:10:96::$last")
  done <<<'web.prod 20
api.prod 30
db.prod 40'
  # --no-daemon also keeps dnsmasq from changing its user, which a user namespace may not allow.
  inside coredns dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --no-negcache \
    --bind-interfaces --interface=eth0 --except-interface=lo --local=/cluster.local/ \
    "${records[@]}" >"$work_folder/dnsmasq.log" 2>&1 &
}

start_database() {
  local user
  user=$(id -un)
  mariadb-install-db --no-defaults --user="$user" --datadir="$work_folder/database" \
    --auth-root-authentication-method=normal --skip-test-db >"$work_folder/mariadb-install.log" 2>&1 ||
    fail "mariadb-install-db failed: $(tail -n 3 "$work_folder/mariadb-install.log")"
  cat >"$work_folder/shop.sql" <<'SQL'
CREATE DATABASE shop;
CREATE USER 'api'@'%' IDENTIFIED BY 'api';
GRANT SELECT ON shop.* TO 'api'@'%';
CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(40), price INT);
INSERT INTO shop.items VALUES (1, 'apple', 3), (2, 'pear', 4), (3, 'plum', 5);
SQL
  inside db mariadbd --no-defaults --user="$user" --datadir="$work_folder/database" \
    --socket="$work_folder/database.sock" --pid-file="$work_folder/database.pid" --port=3306 \
    '--bind-address=*' --skip-name-resolve --skip-log-bin --innodb-buffer-pool-size=16M \
    --innodb-use-native-aio=0 --max-connect-errors=1000000 --init-file="$work_folder/shop.sql" \
    >"$work_folder/mariadb.log" 2>&1 &
}

start_web() {
  mkdir -p "$work_folder/nginx"
  cat >"$work_folder/nginx.conf" <<NGINX
daemon off;
master_process off;
pid $work_folder/nginx/pid;
error_log $work_folder/nginx/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $work_folder/nginx/body;
  proxy_temp_path $work_folder/nginx/proxy;
  fastcgi_temp_path $work_folder/nginx/fastcgi;
  uwsgi_temp_path $work_folder/nginx/uwsgi;
  scgi_temp_path $work_folder/nginx/scgi;
  resolver 10.96.0.10 valid=1s ipv6=off;
  proxy_connect_timeout 3s;
  server {
    listen 80;
    listen [::]:80;
    location /items {
      set \$api api.prod.svc.cluster.local;
      proxy_pass http://\$api:5000;
    }
    location /items6 { proxy_pass http://[fd00:10:96::30]:5000; }
    location /health { return 200 "ok\n"; }
  }
}
NGINX
  inside web nginx -c "$work_folder/nginx.conf" >"$work_folder/nginx.log" 2>&1 &
}

# Waits until a TCP port answers inside a namespace.
wait_for() {
  local namespace=$1 address=$2 port=$3 attempt
  for attempt in $(seq 150); do
    if inside "$namespace" bash -c "exec 3<>/dev/tcp/$address/$port" 2>/dev/null; then return; fi
    sleep 0.1
  done
  fail "the server in $namespace does not answer on $address:$port (logs: $work_folder, kept)"
}
