<?php
// sabre/dav 1.8 as Debian has it: the library inside ownCloud and Nextcloud, here over a plain folder.
spl_autoload_register(function ($class) {
    $file = '/usr/share/php/' . strtr($class, '\\', '/') . '.php';
    if (is_file($file)) require $file;
});
date_default_timezone_set('UTC');
$root = getenv('DAV_ROOT');
$server = new Sabre\DAV\Server(new Sabre\DAV\FS\Directory("$root/data"));
$server->setBaseUri('/');
$server->addPlugin(new Sabre\DAV\Locks\Plugin(new Sabre\DAV\Locks\Backend\File("$root/locks")));
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new Sabre\DAV\Auth\Backend\File("$root/htdigest"), 'dav'));
$server->exec();
