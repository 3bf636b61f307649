Who the administrator is, and what they may do.

  $ if [ $KUBECTL_MINOR -ge 28 ]; then kubectl auth whoami | grep -c -E "hearth-admin|system:masters"; else echo 2; fi
  2
  $ kubectl auth can-i delete devices
  yes
  $ kubectl auth can-i '*' '*' --all-namespaces
  yes
  $ kubectl auth can-i create devices --as jane
  no
  [1]
  $ kubectl get devices --as jane
  Error from server (Forbidden): devices.devices.kubeedge.io is forbidden: User "jane" cannot list resource "devices" in API group "devices.kubeedge.io" in the namespace "default"
  [1]
  $ kubectl auth can-i --list | tr -s ' ' | grep -E '^\*\.\*|^ ?\[\*\]' | sort
   [*] [] [*]
  *.* [] [] [*]
