@echo off
rem Starts Weft on Windows. Written with care and never run: there is no Windows where Weft is made. Tell us what breaks.
setlocal EnableDelayedExpansion
set "WEFT_DIR=%~dp0"
if "%WEFT_DIR:~-1%"=="\" set "WEFT_DIR=%WEFT_DIR:~0,-1%"

set "FOUND="
for %%H in ("%JAVA_HOME%" "%WEFT_JAVA_HOME%") do call :try %%H
for /d %%H in ("%ProgramFiles%\Eclipse Adoptium\jdk-25*" "%ProgramFiles%\Java\jdk-25*" "%ProgramFiles%\Microsoft\jdk-25*" "%ProgramFiles%\Zulu\zulu-25*" "%USERPROFILE%\.jdks\*25*") do call :try "%%~H"
if not defined FOUND (
  echo weft: no JDK 25 was found: install one ^(winget install EclipseAdoptium.Temurin.25.JDK^) or set JAVA_HOME to it. 1>&2
  exit /b 1
)
set "JAVA_HOME=%FOUND%"

set "APPLICATION=%WEFT_DIR%\lib"
if exist "%WEFT_DIR%\pom.xml" (
  set "APPLICATION=%WEFT_DIR%\tools\target\weft"
  set "STAMP=!APPLICATION!\.built"
  set "STALE="
  if not exist "!STAMP!" set "STALE=yes"
  if not exist "!APPLICATION!\weft-tools-0.1.0-SNAPSHOT.jar" set "STALE=yes"
  if not defined STALE (
    rem Ends with 7 when a source is newer than the last build; without PowerShell the last build has to do.
    powershell -NoProfile -Command "$built = (Get-Item -Force $env:STAMP).LastWriteTime; $sources = \"$env:WEFT_DIR\pom.xml\", \"$env:WEFT_DIR\*\pom.xml\", \"$env:WEFT_DIR\*\src\main\"; if (Get-ChildItem -Recurse -File -Path $sources | Where-Object LastWriteTime -gt $built | Select-Object -First 1) { exit 7 }" 2>nul
    if !ERRORLEVEL! EQU 7 set "STALE=yes"
  )
  if defined STALE (
    echo weft: building, this takes a minute ... 1>&2
    call mvn -B -q -ntp -f "%WEFT_DIR%\pom.xml" -Dquick -Dmaven.test.skip=true package 1>&2 || exit /b 1
    type nul > "!STAMP!"
  )
)
"%JAVA_HOME%\bin\java" "@%WEFT_DIR%\launcher\jvm.options" "-Dweft.dir=%WEFT_DIR%" %WEFT_JAVA_OPTS% --module-path "%APPLICATION%" --module org.weft.tools/org.weft.tools.Weft %*
exit /b %ERRORLEVEL%

:try
if defined FOUND exit /b
if not exist "%~1\bin\javac.exe" exit /b
findstr /b /c:"JAVA_VERSION=\"25" "%~1\release" >nul 2>nul && set "FOUND=%~1"
exit /b
