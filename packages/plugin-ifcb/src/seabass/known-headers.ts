/** Headers FCHECK demands. */
export const requiredHeaders = [
  'investigators',
  'affiliations',
  'contact',
  'experiment',
  'cruise',
  'data_file_name',
  'documents',
  'calibration_files',
  'data_type',
  'start_date',
  'end_date',
  'start_time',
  'end_time',
  'north_latitude',
  'south_latitude',
  'east_longitude',
  'west_longitude',
  'water_depth',
  'missing',
  'delimiter',
  'fields',
  'units',
] as const;

/** Headers it warns of when they are not there. */
export const optionalHeaders = [
  'station',
  'data_status',
  'secchi_depth',
  'cloud_percent',
  'wave_height',
  'wind_speed',
] as const;

/** Headers without a value. */
export const bareHeaders = ['begin_header', 'end_header'] as const;

/** Headers it refuses, each with its rule and what stands in their place. */
export const refusedHeaders = new Map([
  ['parameters', ['obsolete_parameters_field_detected', '/fields']],
  ['original_file_name', ['original_file_name_detected', '/data_file_name']],
] as const);

/** Headers it knows and does not ask for; the second half is those of plankton imagery (Neeley et al. 2021). */
export const knownHeaders = [
  'station_alt_id',
  'associated_archives',
  'associated_archive_types',
  'associated_files',
  'associated_file_types',
  'measurement_depth',
  'received',
  'identifier_product_doi',
  'below_detection_limit',
  'above_detection_limit',
  'optical_depth_warning',
  'area',
  'volfilt',
  'eventid',
  'r2r_event',
  'instrument_model',
  'instrument_manufacturer',
  'volume_sampled_ml',
  'volume_imaged_ml',
  'pixel_per_um',
  'associatedmedia_source',
  'length_representation_instrument_varname',
  'width_representation_instrument_varname',
] as const;

/**
 * Types of data that files were accepted with: those of FCHECK's table of 2018, `net_tow` and `experimental` of later
 * writers. Others are warned of, because the table has grown since.
 */
export const dataTypes = [
  'cast',
  'drifter',
  'pigment',
  'flow_thru',
  'matchup',
  'above_water',
  'mooring',
  'sunphoto',
  'scan',
  'bottle',
  'ancillary',
  'diver',
  'auv',
  'airborne',
  'net_tow',
  'experimental',
] as const;
