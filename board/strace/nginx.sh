mkdir html logs
echo 'a page' >html/index.html
cat >nginx.conf <<CONFIGURATION
user root root;
worker_processes 1;
pid $PWD/pid;
error_log $PWD/logs/error.log;
events { worker_connections 16; }
http {
    access_log $PWD/logs/access.log;
    sendfile on;
    client_body_temp_path $PWD/logs/a; proxy_temp_path $PWD/logs/b; fastcgi_temp_path $PWD/logs/c;
    uwsgi_temp_path $PWD/logs/d; scgi_temp_path $PWD/logs/e;
    server { listen 127.0.0.1:8080; location / { root $PWD/html; } }
}
CONFIGURATION
nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error.log"
curl -s http://127.0.0.1:8080/
curl -s -o /dev/null http://127.0.0.1:8080/missing
nginx -c "$PWD/nginx.conf" -e "$PWD/logs/error.log" -s quit
while [ -e pid ]; do sleep 0.2; done
