#!/bin/sh
# `sh debian.sh [arm64]`: what a Debian 11, a container or a folder, needs to build prebuilt addons for its processor and,
# on x86-64, for 64-bit ARM. OpenBLAS, the serial one, is that of Debian 12, in /usr/local: the one of Debian 11, 0.3.13,
# hands out its buffers without a lock, so that products of two threads at once come out wrong.
set -eu
export DEBIAN_FRONTEND=noninteractive
openblas=0.3.21+ds-4

cross=
if [ "${1:-}" = arm64 ]; then
  dpkg --add-architecture arm64
  cross='g++-aarch64-linux-gnu libc6:arm64 libstdc++6:arm64'
fi
sed 's/bullseye/bookworm/g' /etc/apt/sources.list > /etc/apt/sources.list.d/bookworm.list
echo 'APT::Default-Release "bullseye";' > /etc/apt/apt.conf.d/90bullseye
apt-get update
apt-get install -y --no-install-recommends g++ make cmake $cross

folder=$(mktemp -d)
cd "$folder"
for architecture in $(dpkg --print-architecture) "$@"; do
  apt-get download "libopenblas-serial-dev:$architecture=$openblas"
done
for package in *.deb; do
  dpkg-deb -x "$package" unpacked
done
cp -a unpacked/usr/. /usr/local/
rm -r "$folder"
apt-get clean
