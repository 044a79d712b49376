namespace Cloud.Wire;

/// <summary>A password or token in a file, as operators mount them.</summary>
public static class SecretFiles
{
    /// <summary>Characters: tokens have up to a few thousand. A pipe may be named, and has no length.</summary>
    const int Max = 16 * 1024;

    /// <returns>Without a line end at its end.</returns>
    /// <exception cref="IOException">It cannot be read, or is too long. The message tells nothing of what is in it.</exception>
    public static string Read(string path)
    {
        try
        {
            using var file = new StreamReader(path);
            var text = new char[Max + 1];
            var length = file.ReadBlock(text);
            return length <= Max
                ? new string(text, 0, length).TrimEnd('\r', '\n')
                : throw new IOException("It is too long to be a secret");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or ArgumentException)
        {
            // The latter where the name is empty, or is none.
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>The same for a setting that names the file.</summary>
    /// <returns>Null for what cannot be read, which is a fault then.</returns>
    public static string? Read(string setting, string path, ICollection<string> faults)
    {
        try
        {
            return Read(path);
        }
        catch (IOException e)
        {
            faults.Add($"{setting}: cannot be read: {e.Message}");
            return null;
        }
    }
}
