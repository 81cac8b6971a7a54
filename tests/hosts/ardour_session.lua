-- Run by ardour7-lua: does what the job says, a Lua table in the file that BACKLINE_JOB names (see ardour.py).
--   job.action   "create": a session with one track and its plugins, saved; "export": opens one, says what it
--                finds, saves it again and exports it
local job = dofile(os.getenv("BACKLINE_JOB"))

local function fail(...)
	print("FAILED", ...)
	if Session then close_session() end
	os.exit(1)
end

-- Numbers of the plugin's control inputs by their symbol's number in the Turtle's order, which is Ardour's
local function control_inputs(plugin)
	local found = {}
	for i = 0, plugin:parameter_count() - 1 do
		if plugin:parameter_is_control(i) and plugin:parameter_is_input(i) then
			found[plugin:parameter_label(i)] = { count = #found, parameter = i }
			found[#found + 1] = plugin:parameter_label(i)
		end
	end
	return found
end

local function automate(processor, parameter, points)
	local kind = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, parameter)
	local control = processor:to_automatable():automation_control(kind, true)
	if control:isnil() then fail("no automation of parameter", parameter) end
	local list = control:alist():list()
	for _, point in ipairs(points) do
		list:add(Temporal.timepos_t(point[1]), point[2], false, true)
	end
	control:set_automation_state(ARDOUR.AutoState.Play)
end

local function insert(track, place, wanted)
	local processor = ARDOUR.LuaAPI.new_plugin(Session, wanted.uri, ARDOUR.PluginType.LV2, "")
	if processor:isnil() then fail("there is no plugin", wanted.uri) end
	if track:add_processor_by_index(processor, place, nil, true) ~= 0 then fail("cannot insert", wanted.uri) end
	local plugin = processor:to_insert():plugin(0)
	if wanted.preset then
		local preset = plugin:preset_by_label(wanted.preset)
		if not (preset and preset.valid and plugin:load_preset(preset)) then fail("cannot load the preset", wanted.preset) end
	end
	local inputs = control_inputs(plugin)
	for label, value in pairs(wanted.ports or {}) do
		if not inputs[label] then fail("no control input", label) end
		if not ARDOUR.LuaAPI.set_processor_param(processor, inputs[label].count, value) then fail("cannot set", label) end
	end
	for label, points in pairs(wanted.automation or {}) do
		if not inputs[label] then fail("no control input", label) end
		automate(processor, inputs[label].parameter, points)
	end
end

local function create()
	if not create_session(job.folder, job.name, job.rate) then fail("create_session") end
	local track
	for t in Session:new_audio_track(job.channels, 2, nil, 1, "guitar", ARDOUR.PresentationInfo.max_order,
			ARDOUR.TrackMode.Normal, true):iter() do track = t end
	for i, wanted in ipairs(job.plugins) do insert(track, i - 1, wanted) end
	-- a panner takes 3 dB from a mono track
	local panner = track:panner_shell()
	if not panner:isnil() then panner:set_bypassed(true) end
	sleep(0.3) -- ports and presets arrive with cycles
end

-- Says what the control inputs of all plugins are.
local function report()
	for track in Session:get_tracks():iter() do
		print("regions", track:to_track():playlist():region_list():size())
		for i = 0, 9 do
			local processor = track:nth_plugin(i)
			if processor:isnil() then break end
			local inputs = control_inputs(processor:to_insert():plugin(0))
			for _, label in ipairs(inputs) do
				local value = ARDOUR.LuaAPI.get_processor_param(processor, inputs[label].count, 0)
				print("value", i, label, value)
			end
		end
	end
end

local function export()
	if not load_session(job.folder, job.name) then fail("load_session") end
	report()
	if Session:save_state("", false, false, false, false, false) ~= 0 then fail("save") end
	local export = Session:simple_export()
	if not export:set_preset(job.format) then fail("no export preset", job.format) end
	export:set_folder(job.out_folder)
	export:set_name(job.out_name)
	export:set_range(0, job.frames)
	if not (export:check_outputs() and export:run_export()) then fail("export") end
	export = nil -- before the session: Ardour would free it twice
	collectgarbage()
	sleep(0.3)
end

AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
if AudioEngine:set_buffer_size(job.block) ~= 0 then fail("set_buffer_size") end
if job.action == "create" then create() else export() end
if job.action == "create" and Session:save_state("", false, false, false, false, false) ~= 0 then fail("save") end
collectgarbage()
close_session()
print("DONE")
quit()
